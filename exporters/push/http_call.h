#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <narthex/detail/export.h>

namespace narthex::detail {

struct HttpCall {
  const char* method;
  const std::string& url;
  std::vector<std::string> headers;
  std::string_view body;
  std::string credentials{};  // "user:password" for the authentication scheme Basic; empty: none
};

struct HttpReply {
  int status = 0;           // 0: there was no reply
  std::string body{};       // the first kilobytes, or why there is no reply
  std::error_code error{};  // of the operating system, if it is the reason
  int curl_code = 0;        // CURLcode, if there was no reply
};

// Sends a request and waits for the reply until the timeout.
NARTHEX_EXPORT HttpReply send(const HttpCall& call, std::chrono::milliseconds timeout);

}  // namespace narthex::detail
