#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <narthex/push_connection.h>

#include "push/push_deadline.h"

namespace narthex::detail {

struct HttpRequest {
  const char* method = "POST";
  std::string_view body{};
  std::vector<std::string> headers{};  // each one line, beside those of the client
  std::size_t max_kept = 4096;         // bytes of the reply that are kept; the rest is read, but not kept
  bool is_last_attempt = false;        // it may take all the time until the deadline
};

struct HttpReply {
  int status = 0;            // 0: there was no reply
  std::string body{};        // the first bytes of it; the target of a redirect; why there is no reply
  bool is_too_long = false;  // of more than 4 MiB, and so not read to its end
  std::error_code error{};   // of the operating system, if it is the reason
  int curl_code = 0;         // CURLcode, if there was no reply
  std::vector<std::pair<std::string, std::string>> headers{};  // names in lower case

  // Returns the value of a header, whose name is in lower case.
  std::optional<std::string_view> header(std::string_view name) const;
};

// Sends requests to one URL, and keeps the connection for the next request.
//
// - Redirects with status 307 and 308 are followed at most twice, to the same scheme, host, and port. Other redirects
//   are replies, like other errors.
// - A reply is read up to 4 MiB. Its status is valid also if it is longer.
// - Unless it is the last attempt, it ends early if the connection is not accepted in a quarter of the time that is left
//   (at least 1 s), or if no byte moves for half of it. So there is time for another attempt.
// - Files of passwords and tokens are read for each request, and certificates for each connection.
// Thread safety: one thread at a time.
class HttpClient {
 public:
  struct Options {
    std::string url{};
    std::vector<std::string> headers{};  // each one line, sent with each request
    PushConnection connection{};
    std::string password{};  // for connection.user, if connection.password_file is empty
  };

  explicit HttpClient(Options options);
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;
  ~HttpClient();

  // Sends a request and waits for the reply until the deadline. An error of a file is a reply with status 0.
  // Throws std::bad_alloc.
  HttpReply send(const HttpRequest& request, const PushDeadline& deadline);

  // The URL as a message may show it: without a user, a password, and the query, which may have a token.
  const std::string& shown_url() const noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace narthex::detail
