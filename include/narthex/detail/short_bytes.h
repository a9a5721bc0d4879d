#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <narthex/detail/export.h>

namespace NARTHEX_VISIBILITY narthex {
namespace detail {

// Returns a text of at most eight bytes as one word, with zeros behind the text.
inline std::uint64_t short_bytes_at(const char* text, std::size_t size) noexcept {
  if constexpr (std::endian::native != std::endian::little) {
    std::uint64_t word = 0;
    std::memcpy(&word, text, size);
    return word;
  }
  const auto first_and_last = [=](auto first) {  // they overlap unless the text has twice the size of one
    auto last = first;
    std::memcpy(&first, text, sizeof first);
    std::memcpy(&last, text + size - sizeof last, sizeof last);
    return first | std::uint64_t{last} << 8 * (size - sizeof last);
  };
  if (size >= sizeof(std::uint32_t)) return first_and_last(std::uint32_t{});
  if (size >= sizeof(std::uint16_t)) return first_and_last(std::uint16_t{});
  return size == 0 ? 0 : static_cast<unsigned char>(*text);
}

// Returns a word of short_bytes_at() with a quote before and behind the text, which has at most six bytes.
inline std::uint64_t in_quotes(std::uint64_t word, std::size_t size) noexcept {
  constexpr std::uint64_t kQuote = '"';
  if constexpr (std::endian::native != std::endian::little) {
    return kQuote << 56 | word >> 8 | kQuote << 8 * (6 - size);
  }
  return kQuote | word << 8 | kQuote << 8 * (size + 1);
}

}  // namespace detail
}  // namespace narthex
