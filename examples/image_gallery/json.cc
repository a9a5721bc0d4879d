#include "json.h"

#include <cstddef>

#include <nlohmann/json.hpp>

namespace gallery {

std::string quote(const std::string& text) {
  constexpr std::size_t kMaxQuoted = 80;
  return "'" + (text.size() > kMaxQuoted ? text.substr(0, kMaxQuoted) + "..." : text) + "'";
}

std::vector<std::string> strings_in(const std::string& json, std::initializer_list<const char*> names) {
  constexpr int kDeepest =
      8;  // deeper levels are left out, because a message that quotes them needs stack for each level
  const auto is_shallow = [](int depth, nlohmann::json::parse_event_t, const nlohmann::json&) {
    return depth <= kDeepest;
  };
  const auto object = nlohmann::json::parse(json, is_shallow, false);  // false: discarded instead of an exception
  if (object.is_discarded()) throw BadJson("not JSON: " + quote(json));
  if (!object.is_object()) throw BadJson("not a JSON object: " + quote(json));
  std::vector<std::string> strings;
  for (const char* name : names) {
    const auto found = object.find(name);
    const std::string field = "'" + std::string(name) + "'";
    if (found == object.end()) throw BadJson(field + " is missing: " + quote(json));
    if (!found->is_string()) throw BadJson(field + " is not a string: " + quote(found->dump()));
    strings.push_back(found->get<std::string>());
    if (strings.back().empty()) throw BadJson(field + " is empty: " + quote(json));
  }
  return strings;
}

void reply_json(httplib::Response& response, int status, const nlohmann::json& json) {
  response.status = status;
  // The quoted text may be invalid UTF-8, or may end in the middle of a character.
  response.set_content(json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n", "application/json");
}

void refuse(httplib::Response& response, int status, const std::string& reason) {
  reply_json(response, status, {{"error", reason}});
}

}  // namespace gallery
