#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "bytes.h"

namespace narthex::detail {

// Whether every byte is ASCII and none is \ " or line feed.
constexpr bool is_plain_word(std::uint64_t word) noexcept {
  return (matches(word, '\\') | matches(word, '"') | matches(word, '\n') | (word & kHighBits)) == 0;
}

// Whether a text is the same escaped and unescaped, and UTF-8 because it is ASCII: as nearly all are.
inline bool is_plain(std::string_view text) noexcept {
  const char* const begin = text.data();
  const std::size_t size = text.size();
  if (size <= 8) return is_plain_word(short_bytes_at(begin, size));
  for (std::size_t i = 0; i + 8 < size; i += 8) {
    if (!is_plain_word(bytes_at(begin + i))) return false;
  }
  return is_plain_word(bytes_at(begin + size - 8));  // overlaps the one before
}

// Appends a label value the way every text format wants it: \ " and line feed are escaped.
void append_label_value(std::string& out, std::string_view value);

// Appends a help text for the text format 0.0.4: \ and line feed are escaped, quotes are not.
void append_help(std::string& out, std::string_view help);

}  // namespace narthex::detail
