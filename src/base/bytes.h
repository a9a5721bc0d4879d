#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <narthex/detail/short_bytes.h>

namespace narthex::detail {

// Returns eight bytes of text as one word.
inline std::uint64_t bytes_at(const char* text) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, text, sizeof word);
  return word;
}

// Returns short_bytes_at() of a text of one to eight bytes, without a branch. At least eight bytes must precede the end.
inline std::uint64_t short_bytes_before(const char* end, std::size_t size) noexcept {
  if constexpr (std::endian::native != std::endian::little) return short_bytes_at(end - size, size);
  return bytes_at(end - sizeof(std::uint64_t)) >> (64 - 8 * size);
}

// std::memcmp() == 0, inline because the texts of labels are short.
inline bool same_bytes(const char* a, const char* b, std::size_t size) noexcept {
  if (size <= 8) return short_bytes_at(a, size) == short_bytes_at(b, size);
  for (std::size_t i = 0; i + 8 < size; i += 8) {
    if (bytes_at(a + i) != bytes_at(b + i)) return false;
  }
  return bytes_at(a + size - 8) == bytes_at(b + size - 8);  // overlaps the word before
}

// Copies a text of less than 16 bytes and returns its end. The two copies overlap unless the text is exactly
// twice as long as one.
inline char* put_short(char* to, const char* from, std::size_t size) noexcept {
  const auto first_and_last = [=](auto first) {
    auto last = first;
    std::memcpy(&first, from, sizeof first);
    std::memcpy(&last, from + size - sizeof last, sizeof last);
    std::memcpy(to, &first, sizeof first);
    std::memcpy(to + size - sizeof last, &last, sizeof last);
  };
  if (size >= sizeof(std::uint64_t)) {
    first_and_last(std::uint64_t{});
  } else if (size >= sizeof(std::uint32_t)) {
    first_and_last(std::uint32_t{});
  } else if (size >= sizeof(std::uint16_t)) {
    first_and_last(std::uint16_t{});
  } else if (size > 0) {
    *to = *from;
  }
  return to + size;
}

// Copies a text and returns its end. Inline, because names and labels have about 10 to 100 bytes, and a call would take
// as long as the copy. The last piece overlaps the one before.
inline char* put(char* to, std::string_view text) noexcept {
  constexpr std::size_t kPiece = 16;
  constexpr std::size_t kPieces = 32;
  const char* const from = text.data();
  const std::size_t size = text.size();
  if (size < kPiece) return put_short(to, from, size);
  if (size >= kPieces) {
    const std::size_t last = size - kPieces;
    for (std::size_t i = 0; i < last; i += kPieces) std::memcpy(to + i, from + i, kPieces);
    std::memcpy(to + last, from + last, kPieces);
  } else {
    std::memcpy(to, from, kPiece);
    std::memcpy(to + size - kPiece, from + size - kPiece, kPiece);
  }
  return to + size;
}

constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101;  // times a byte: a word that repeats the byte
constexpr std::uint64_t kHighBits = 0x80 * kOnes;

// Returns 0 unless a byte of a word is `wanted`: that byte is zero after the exclusive or, and subtracting one from
// zero borrows into its high bit.
constexpr std::uint64_t matches(std::uint64_t word, unsigned char wanted) noexcept {
  const std::uint64_t difference = word ^ wanted * kOnes;
  return (difference - kOnes) & ~difference & kHighBits;
}

}  // namespace narthex::detail
