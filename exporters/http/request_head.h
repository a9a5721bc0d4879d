#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <narthex/exposition.h>

#include "http/routes.h"

namespace narthex::detail {

// The head of a request: the request line and the header fields.
struct RequestHead {
  RequestLine line{};  // not percent-decoded, so that "/%6detrics" is not "/metrics"
  std::string authorization{};
  std::vector<std::pair<std::string, std::string>> fields{};  // those that a scrape reads
  bool has_body = false;
  bool keeps_alive = false;  // the client wants to send further requests on the connection

  void assign_to(ExpositionRequest& scrape) const;
};

// The result of reading the bytes that a client has sent so far.
struct ReadResult {
  enum class State { incomplete, complete, invalid };

  State state = State::incomplete;
  std::size_t size = 0;          // complete: bytes of the head; the rest belongs to the next request
  int status = 0;                // invalid: status of the reply
  std::string_view reason = {};  // invalid: text of the reply
};

inline constexpr std::size_t kMaxHead = 16'384;

// Reads the head of a request as RFC 9112 defines it. Stricter than it demands where leniency has caused attacks: lines
// end with CRLF, folded lines are invalid, and a Content-Length is one number.
// `head` is valid if the result is complete. An invalid request is found as soon as its line has ended.
ReadResult read_request_head(std::string_view bytes, RequestHead& head);

}  // namespace narthex::detail
