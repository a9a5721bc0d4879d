#pragma once

#include <initializer_list>
#include <stdexcept>
#include <string>
#include <vector>

#include <httplib.h>
#include <nlohmann/json_fwd.hpp>

namespace gallery {

/// An invalid JSON text. what() quotes the culprit and says what is wrong with it.
class BadJson : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

/// Returns the culprit in quotes, shortened to a readable length.
std::string quote(const std::string& text);

/// Returns these fields of a JSON object. Each must be a string that is not empty. Throws BadJson.
std::vector<std::string> strings_in(const std::string& json, std::initializer_list<const char*> names);

/// Answers with JSON.
void reply_json(httplib::Response& response, int status, const nlohmann::json& json);

/// Answers with `{"error": reason}`.
void refuse(httplib::Response& response, int status, const std::string& reason);

}  // namespace gallery
