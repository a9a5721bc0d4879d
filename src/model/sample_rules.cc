#include "model/sample_rules.h"

#include <string>

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>

#include "base/utf8.h"
#include "model/label_cursor.h"
#include "model/names.h"
#include "model/reserved_names.h"

namespace narthex::detail {

namespace {

// Returns the number of Unicode code points in the original text of an escaped text.
std::size_t count_characters(std::string_view escaped) noexcept {
  std::size_t count = 0;
  for (std::size_t i = 0; i < escaped.size(); ++i) {
    if (escaped[i] == '\\') ++i;
    const bool continues = (static_cast<unsigned char>(escaped[i]) & 0xc0) == 0x80;
    if (!continues) ++count;
  }
  return count;
}

bool is_before_1970(Timestamp::value_type at) noexcept { return at.time_since_epoch().count() < 0; }

}  // namespace

std::string only_suffix_error(std::string_view suffix) {
  return fmt::format("the name is only the suffix {}; write a name before it", quote(suffix));
}

std::string unit_error(const FamilyInfo& family) {
  const std::string_view unit = family.unit;
  if (unit.empty()) return {};
  if (family.type == MetricType::info || family.type == MetricType::state_set) {
    return fmt::format("unit {}: OpenMetrics has no units for families of this type; leave the unit empty",
                       quote(unit));
  }
  const std::string word = fmt::format("_{}", unit);
  if (!is_legacy_metric_name(word)) {
    return fmt::format("unit {}: a unit must contain only letters, digits, and '_'", quote(unit));
  }
  std::string_view stem = family.name;
  remove_suffix(stem, suffix_of(family.type));
  if (stem.ends_with(word)) return {};
  return fmt::format("the name must end with the unit {}; allowed: {}", quote(unit),
                     quote(fmt::format("{}{}{}", stem, word, family.name.substr(stem.size()))));
}

void refuse_sample(const FamilyInfo& family, std::string_view error) {
  throw SampleError(fmt::format("{} {}: {}", to_string(family.type), quote(family.name), error));
}

void refuse_sample_without_family() { throw SampleError("sample: it belongs to no family; call begin_family() first"); }

void check_name(const FamilyInfo& family) {
  if (const std::string error = metric_name_error(family.name, NameRule::utf8); !error.empty()) {
    refuse_sample(family, error);
  }
}

void check_family(const FamilyInfo& family, NameRule rule) {
  std::string error = metric_name_error(family.name, rule);
  if (error.empty() && family.type == MetricType::state_set) error = label_name_error(family.name, rule);  // it is both
  if (error.empty() && family.name == suffix_of(family.type)) error = only_suffix_error(family.name);
  if (error.empty()) error = unit_error(family);
  if (!error.empty()) refuse_sample(family, error);
}

void check_label_names(LabelView labels, NameRule rule) {
  if (rule == NameRule::utf8 || !may_have_quoted_names(labels)) return;
  std::string name;
  for (LabelCursor label(labels); label.next();) {
    name.clear();
    append_unescaped(name, label.name());
    const std::string error = label_name_error(name, rule);
    if (!error.empty()) throw SampleError(fmt::format("label {}: {}", quote(name), error));
  }
}

void check_timestamp(std::string_view name, Timestamp::value_type at) {
  if (!is_before_1970(at)) return;
  throw SampleError(fmt::format("sample {}: the timestamp {} ms is before 1970; Prometheus rejects it", quote(name),
                                at.time_since_epoch().count()));
}

std::string exemplar_error(const Exemplar& exemplar) {
  std::size_t characters = 0;
  for (LabelCursor label(exemplar.labels); label.next();) {
    characters += count_characters(label.name()) + count_characters(label.value());
    if (!is_legacy_label_name(label.name())) {
      return fmt::format("the label name {} of an exemplar would need quotes; allowed: [a-zA-Z_][a-zA-Z0-9_]*",
                         quote(label.name()));
    }
  }
  if (characters > kMaxExemplarCharacters) {
    return fmt::format("the labels {{{}}} of an exemplar have {} characters; allowed: at most {}",
                       exemplar.labels.text(), characters, kMaxExemplarCharacters);
  }
  if (exemplar.at && is_before_1970(*exemplar.at)) {
    return fmt::format("the timestamp {} ms of an exemplar is before 1970; Prometheus rejects it",
                       exemplar.at->time_since_epoch().count());
  }
  return {};
}

void check_free(std::string_view own_label, LabelView labels) {
  if (!labels.has(own_label)) return;
  throw SampleError(fmt::format("label {}: the format adds this label itself; leave it out of {{{}}}", quote(own_label),
                                labels.text()));
}

}  // namespace narthex::detail
