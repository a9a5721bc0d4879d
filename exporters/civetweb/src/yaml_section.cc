#include "yaml_section.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <narthex/detail/quote.h>

namespace narthex::detail {

namespace {

std::string listed(const YamlKeys& keys) {
  std::string list;
  for (const auto& [key, read] : keys) {
    if (!list.empty()) list += ", ";
    list += key;
  }
  return list;
}

template <typename Value>
Value converted(const YAML::Node& value, std::string_view key, std::string_view wanted) {
  Value result{};
  if (value.IsScalar() && YAML::convert<Value>::decode(value, result)) return result;
  const std::string found = value.IsScalar() ? quote(value.Scalar()) : "a list or a section";
  throw YamlMistake(value, fmt::format("{} is {}; it takes {}", quote(key), found, wanted));
}

}  // namespace

void read_entries(const YAML::Node& section, std::string_view name,
                  const std::function<void(const YAML::Node& key, const YAML::Node& value)>& take) {
  if (section.IsNull()) return;
  if (!section.IsMap()) throw YamlMistake(section, fmt::format("{} takes keys with values", name));
  std::set<std::string> seen;
  for (const auto& entry : section) {
    if (!entry.first.IsScalar()) throw YamlMistake(entry.first, fmt::format("{} has a key that is no word", name));
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
      throw YamlMistake(key,
                        fmt::format("{} has an unknown key {}; known: {}", name, quote(key.Scalar()), listed(keys)));
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
