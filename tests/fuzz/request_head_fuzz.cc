// The head of an HTTP request with any bytes.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fuzz.h"
#include "http/request_head.h"

namespace narthex {
namespace {

using fuzz::demand;
using State = detail::ReadResult::State;

bool is_same(const detail::RequestHead& a, const detail::RequestHead& b) {
  return a.line.method == b.line.method && a.line.path == b.line.path && a.line.query == b.line.query &&
         a.authorization == b.authorization && a.fields == b.fields && a.has_body == b.has_body &&
         a.keeps_alive == b.keeps_alive;
}

void check(std::string_view bytes) {
  detail::RequestHead head;
  const detail::ReadResult result = detail::read_request_head(bytes, head);
  switch (result.state) {
    case State::incomplete:
      demand(bytes.size() <= detail::kMaxHead, "a head that is too long is invalid");
      break;
    case State::invalid:
      demand(result.status >= 400 && result.status < 600, "an invalid head has a status");
      demand(!result.reason.empty(), "an invalid head has a reason");
      break;
    case State::complete: {
      demand(result.size <= bytes.size() && result.size <= detail::kMaxHead, "the head is a part of the bytes");
      demand(bytes.substr(0, result.size).ends_with("\r\n\r\n"), "a head ends with an empty line");
      demand(head.line.path.find_first_of(std::string_view(" ?#\0\r\n", 6)) == std::string::npos, "a path is clean");
      detail::RequestHead again;
      const detail::ReadResult alone = detail::read_request_head(bytes.substr(0, result.size), again);
      demand(alone.state == State::complete && alone.size == result.size, "the bytes behind the head do not count");
      demand(is_same(head, again), "the bytes behind the head do not count");
      demand(detail::read_request_head(bytes.substr(0, result.size - 1), again).state == State::incomplete,
             "a head is incomplete without its last byte");
      break;
    }
  }
}

}  // namespace
}  // namespace narthex

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  narthex::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
