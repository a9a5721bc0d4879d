#include "http/yaml_section.h"

#include <algorithm>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <yaml-cpp/anchor.h>
#include <yaml-cpp/eventhandler.h>

#include "http/joined.h"

namespace narthex::detail {

namespace {

// Records the positions at which documents begin.
class DocumentStarts final : public YAML::EventHandler {
 public:
  const YAML::Mark& last() const { return last_; }

  void OnDocumentStart(const YAML::Mark& mark) override { last_ = mark; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}

 private:
  YAML::Mark last_;
};

template <typename Value>
Value converted(const YAML::Node& value, std::string_view key, std::string_view wanted) {
  Value result{};
  if (value.IsScalar() && YAML::convert<Value>::decode(value, result)) return result;
  const std::string found = value.IsScalar() ? quote(value.Scalar()) : value.IsNull() ? "empty" : "a list or a section";
  throw YamlMistake(value, fmt::format("{} is {}; allowed: {}", quote(key), found, wanted));
}

}  // namespace

YAML::Node load_document(const std::string& text) {
  // YAML::Load() does not look behind the first document, and YAML::LoadAll() finds documents without end in ",".
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  DocumentStarts starts;
  if (parser.HandleNextDocument(starts) && parser.HandleNextDocument(starts)) {
    throw YamlMistake(starts.last(), "a second YAML document begins; only the first one is read");
  }
  return YAML::Load(text);
}

void read_entries(const YAML::Node& section, std::string_view name,
                  const std::function<void(const YAML::Node& key, const YAML::Node& value)>& take) {
  if (section.IsNull()) return;
  if (!section.IsMap()) throw YamlMistake(section, fmt::format("{} takes keys with values", name));
  std::set<std::string> seen;
  for (const auto& entry : section) {
    if (!entry.first.IsScalar()) throw YamlMistake(entry.first, fmt::format("{} has a key that is not a scalar", name));
    if (!seen.insert(entry.first.Scalar()).second) {
      throw YamlMistake(entry.first, fmt::format("{} has the key {} twice", name, quote(entry.first.Scalar())));
    }
    take(entry.first, entry.second);
  }
}

void read_section(const YAML::Node& section, std::string_view name, const YamlKeys& keys) {
  read_entries(section, name, [&](const YAML::Node& key, const YAML::Node& value) {
    const auto known = std::ranges::find(keys, key.Scalar(), [](const auto& entry) { return entry.first; });
    if (known == keys.end()) {
      throw YamlMistake(key, fmt::format("{} has an unknown key {}; allowed: {}", name, quote(key.Scalar()),
                                         joined(keys, ", ", &YamlKeys::value_type::first)));
    }
    known->second(value);
  });
}

std::string yaml_text(const YAML::Node& value, std::string_view key) {
  if (value.IsNull()) return {};
  return converted<std::string>(value, key, "a text");
}

bool yaml_bool(const YAML::Node& value, std::string_view key) { return converted<bool>(value, key, "true or false"); }

int yaml_int(const YAML::Node& value, std::string_view key) { return converted<int>(value, key, "a whole number"); }

std::vector<std::string> yaml_texts(const YAML::Node& value, std::string_view key) {
  if (value.IsNull()) return {};
  if (!value.IsSequence()) throw YamlMistake(value, fmt::format("{} takes a list of texts", quote(key)));
  std::vector<std::string> texts;
  for (const YAML::Node& text : value) texts.push_back(converted<std::string>(text, key, "a list of texts"));
  return texts;
}

}  // namespace narthex::detail
