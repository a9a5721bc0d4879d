#include "text_families.h"

#include <optional>
#include <set>

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>

namespace narthex::detail {

namespace {

// Which label the lines of one series differ in, by the type of its family; empty: a series is one line.
std::string_view own_label(std::string_view type) {
  if (type == "histogram") return "le";
  if (type == "summary") return "quantile";
  return {};
}

// Returns whether a sample belongs to a family: its type allows the suffix after the name.
bool belongs(const TextFamily& family, std::string_view sample) {
  if (!sample.starts_with(family.name)) return false;
  const std::string_view suffix = sample.substr(family.name.size());
  if (suffix.empty()) return family.type != "histogram";
  if (suffix == "_bucket") return family.type == "histogram";
  return (suffix == "_sum" || suffix == "_count") && !own_label(family.type).empty();
}

// Puts lines together to families.
class FamilyReader {
 public:
  std::vector<TextFamily> families() && {
    std::erase_if(families_, [](const TextFamily& family) { return family.label_names.empty(); });
    return std::move(families_);
  }

  // Takes "# HELP jobs_total Jobs done.", and leaves other comments alone.
  void comment(std::string_view line) {
    take_word(line);
    const std::string_view what = take_word(line);
    if (what != "HELP" && what != "TYPE") return;
    TextFamily& family = named(take_word(line));
    (what == "HELP" ? family.help : family.type) = line;
  }

  void sample(const TextSample& sample) {
    const bool is_known = !families_.empty() && belongs(families_.back(), sample.name);
    TextFamily& family = is_known ? families_.back() : named(sample.name);
    family.samples.push_back(sample);
    const std::string_view own = own_label(family.type);
    Labels labels = sample.labels;
    std::erase_if(labels, [&](const auto& label) { return label.first == own; });
    const bool is_new = series_.insert(labels).second;
    if (own.empty() || sample.name.ends_with("_count")) {  // of which a series has one
      if (!counted_.insert(labels).second) ++family.repeated;
    }
    if (!own.empty() && !is_new) return;
    std::vector<std::string>& names = family.label_names.emplace_back();
    for (const auto& label : labels) names.push_back(label.first);
  }

 private:
  // Returns the family that is being read, or begins one.
  TextFamily& named(std::string_view name) {
    if (families_.empty() || families_.back().name != name) {
      families_.emplace_back().name = name;
      series_.clear();
      counted_.clear();
    }
    return families_.back();
  }

  std::vector<TextFamily> families_;
  std::set<Labels> series_;   // of the last family
  std::set<Labels> counted_;  // those of them that were complete
};

}  // namespace

std::vector<TextFamily> read_families(std::string_view text) {
  FamilyReader reader;
  for (const std::string_view line : lines_of(text)) {
    if (line.starts_with('#')) {
      reader.comment(line);
    } else if (const std::optional<TextSample> sample = read_sample(line)) {
      reader.sample(*sample);
    } else {
      throw SampleError(fmt::format("line {}: it is not in the text format 0.0.4", quote(line)));
    }
  }
  return std::move(reader).families();
}

}  // namespace narthex::detail
