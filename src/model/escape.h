#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace narthex::detail {

// Whether every byte is ASCII and none is a backslash, a quote, or a line feed. Subtracting one from an ASCII
// byte sets its high bit only if the byte is zero. Only a zero byte borrows from the byte above it.
constexpr bool is_plain_word(std::uint64_t word) noexcept {
  const auto has = [word](std::uint64_t byte) { return (word ^ byte * kOnes) - kOnes; };
  return ((has('\\') | has('"') | has('\n') | word) & kHighBits) == 0;
}

// Whether a text needs no escaping and is ASCII, as almost all label values are.
inline bool is_plain(std::string_view text) noexcept {
  const char* const begin = text.data();
  const std::size_t size = text.size();
  if (size <= 8) return is_plain_word(short_bytes_at(begin, size));
  for (std::size_t i = 0; i + 8 < size; i += 8) {
    if (!is_plain_word(bytes_at(begin + i))) return false;
  }
  return is_plain_word(bytes_at(begin + size - 8));  // overlaps the previous word
}

// Appends a text with a backslash before each special character. A line feed becomes the letter n.
template <class Text, class IsSpecial>
void append_escaped(Text& out, std::string_view text, IsSpecial is_special) {
  const char* const end = text.data() + text.size();
  for (const char* rest = text.data();;) {
    const char* const special = std::find_if(rest, end, is_special);
    out.append(rest, special);
    if (special == end) return;
    out.push_back('\\');
    out.push_back(*special == '\n' ? 'n' : *special);
    rest = special + 1;
  }
}

constexpr bool is_escaped_in_quotes(char c) noexcept { return c == '\\' || c == '"' || c == '\n'; }

// Appends a label value or a quoted name. All text formats escape backslash, quote, and line feed.
template <class Text>
void append_label_value(Text& out, std::string_view value) {
  append_escaped(out, value, is_escaped_in_quotes);
}

// Returns the size of the escaped value at the start of a text. It ends at the first quote without a backslash.
inline std::size_t end_of_label_value(std::string_view text) noexcept {
  std::size_t end = 0;
  while (text[end] != '"') end += text[end] == '\\' ? 2 : 1;
  return end;
}

// Returns the first character for which find(word) sets a bit. The text from `from` to `end` must contain such a
// character. At least kMinSearched characters must precede `end`.
constexpr std::size_t kMinSearched = sizeof(std::uint64_t);
template <class Find>
const char* find_in_words(const char* from, const char* end, Find find) noexcept {
  for (;; from += sizeof(std::uint64_t)) {
    const auto left = static_cast<std::size_t>(end - from);
    std::uint64_t word = left < sizeof word ? short_bytes_before(end, left) : bytes_at(from);
    if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
    if (const std::uint64_t found = find(word)) return from + static_cast<unsigned>(std::countr_zero(found)) / 8;
  }
}
inline const char* find_quote(const char* from, const char* end) noexcept {
  return find_in_words(from, end, [](std::uint64_t word) { return matches(word, '"'); });
}
inline const char* find_quote_or_backslash(const char* from, const char* end) noexcept {
  return find_in_words(from, end, [](std::uint64_t word) { return matches(word, '"') | matches(word, '\\'); });
}

// Appends the original text of an escaped label value.
template <class Text>
void append_unescaped(Text& out, std::string_view escaped) {
  for (std::size_t i = 0; i < escaped.size(); ++i) {
    if (escaped[i] != '\\') {
      out.push_back(escaped[i]);
    } else {
      ++i;
      out.push_back(escaped[i] == 'n' ? '\n' : escaped[i]);
    }
  }
}

// Returns whether `escaped` is the escaped form of `text`.
inline bool is_escaped(std::string_view escaped, std::string_view text) noexcept {
  std::size_t at = 0;
  for (const char c : text) {
    if (is_escaped_in_quotes(c) && (at == escaped.size() || escaped[at++] != '\\')) return false;
    if (at == escaped.size() || escaped[at++] != (c == '\n' ? 'n' : c)) return false;
  }
  return at == escaped.size();
}

// Appends a help text for the text format 0.0.4. It escapes backslash and line feed, but not quotes.
inline void append_help(std::string& out, std::string_view help) {
  append_escaped(out, help, [](char c) { return c == '\\' || c == '\n'; });
}

}  // namespace narthex::detail
