#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <yaml-cpp/yaml.h>

namespace narthex::detail {

// An error in a YAML text, with its line.
struct YamlMistake : std::runtime_error {
  YamlMistake(const YAML::Node& node, const std::string& what) : YamlMistake(node.Mark(), what) {}
  YamlMistake(const YAML::Mark& mark, const std::string& what) : std::runtime_error(what), line(mark.line + 1) {}
  int line;  // 0: unknown
};

// Returns the document of a text, null if there is none. Throws YamlMistake if the text has a second document.
YAML::Node load_document(const std::string& text);

// The keys that a section may have, each with what reads its value.
using YamlKeys = std::vector<std::pair<std::string_view, std::function<void(const YAML::Node&)>>>;

// Reads a section with these keys and no others; an empty one has none. Throws YamlMistake.
void read_section(const YAML::Node& section, std::string_view name, const YamlKeys& keys);

// Calls `take` for each key of a section that may have any, with its value; none comes twice.
void read_entries(const YAML::Node& section, std::string_view name,
                  const std::function<void(const YAML::Node& key, const YAML::Node& value)>& take);

// Each returns the value of a key, or throws YamlMistake where it is of another type. An empty value is an empty text
// or list.
std::string yaml_text(const YAML::Node& value, std::string_view key);
bool yaml_bool(const YAML::Node& value, std::string_view key);
int yaml_int(const YAML::Node& value, std::string_view key);
std::vector<std::string> yaml_texts(const YAML::Node& value, std::string_view key);

}  // namespace narthex::detail
