#include <narthex/detail/quote.h>

#include <cstddef>
#include <iterator>

#include <fmt/format.h>

#include "base/utf8.h"

namespace narthex::detail {

namespace {

constexpr std::size_t kMaxQuoted = 160;

bool is_control(char byte) { return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f; }

}  // namespace

std::string quote(std::string_view text) {
  std::string quoted = "'";
  std::string_view rest = text;
  while (!rest.empty() && quoted.size() < kMaxQuoted) {
    const std::size_t length = utf8_length(rest);  // 0: not UTF-8
    if (length == 0 || is_control(rest.front())) {
      fmt::format_to(std::back_inserter(quoted), "\\x{:02x}", static_cast<unsigned char>(rest.front()));
      rest.remove_prefix(1);
    } else {
      quoted += rest.substr(0, length);
      rest.remove_prefix(length);
    }
  }
  quoted += rest.empty() ? "'" : fmt::format("...' ({} bytes)", text.size());
  return quoted;
}

}  // namespace narthex::detail
