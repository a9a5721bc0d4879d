#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace narthex::detail {

struct HttpCall {
  const char* method;
  const std::string& url;
  std::vector<std::string> headers;
  std::string_view body;
};

struct HttpReply {
  long status = 0;     // 0: there was none
  std::string body{};  // the first kilobytes, or why there is no answer
};

// Sends a request and waits for the answer, at most so long.
HttpReply send(const HttpCall& call, std::chrono::milliseconds timeout);

}  // namespace narthex::detail
