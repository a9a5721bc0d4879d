#include <narthex/detail/quote.h>

#include <cstddef>

#include <fmt/format.h>

#include "base/utf8.h"

namespace narthex::detail {

namespace {

bool is_control(char byte) { return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f; }

// Appends \x and two digits. fmt::format_to() of a string would compile all of fmt into this file, which is 80 kB.
void append_byte(std::string& out, char byte) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto number = static_cast<unsigned char>(byte);
  out += "\\x";
  out += kDigits[number >> 4];
  out += kDigits[number & 0xF];
}

}  // namespace

std::string quote(std::string_view text, std::size_t max_size) {
  std::string quoted = "'";
  std::string_view rest = text;
  while (!rest.empty() && quoted.size() < max_size) {
    const std::size_t length = utf8_length(rest);  // 0: not UTF-8
    if (length == 0 || is_control(rest.front())) {
      append_byte(quoted, rest.front());
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
