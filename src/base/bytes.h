#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace narthex::detail {

// Returns eight bytes of text as one word.
inline std::uint64_t bytes_at(const char* text) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, text, sizeof word);
  return word;
}

// Returns all bytes of a text of at most eight bytes as one word; 0 for an empty text. The order of the bytes, and
// which of them appear twice, depend only on the size.
inline std::uint64_t short_bytes_at(const char* text, std::size_t size) noexcept {
  if (size >= 4) {
    std::uint32_t first = 0;
    std::uint32_t last = 0;  // overlaps `first` below eight bytes
    std::memcpy(&first, text, sizeof first);
    std::memcpy(&last, text + size - sizeof last, sizeof last);
    return std::uint64_t{last} << 32 | first;
  }
  if (size == 0) return 0;
  const auto byte = [text](std::size_t i) { return std::uint64_t{static_cast<unsigned char>(text[i])}; };
  return byte(size - 1) << 16 | byte(size / 2) << 8 | byte(0);
}

// std::memcmp() == 0, inline because the texts of labels are short.
inline bool same_bytes(const char* a, const char* b, std::size_t size) noexcept {
  if (size <= 8) return short_bytes_at(a, size) == short_bytes_at(b, size);
  for (std::size_t i = 0; i + 8 < size; i += 8) {
    if (bytes_at(a + i) != bytes_at(b + i)) return false;
  }
  return bytes_at(a + size - 8) == bytes_at(b + size - 8);  // overlaps the word before
}

// Copies a text and returns its end. Inline, because names and labels have about 10 to 100 bytes, and a call would take
// as long as the copy.
inline char* put(char* to, std::string_view text) noexcept {
  constexpr std::size_t kPiece = 16;
  if (text.size() < kPiece) return to + text.copy(to, text.size());
  const char* const last = text.data() + text.size() - kPiece;
  char* const to_last = to + text.size() - kPiece;
  for (const char* from = text.data(); from < last; from += kPiece, to += kPiece) std::memcpy(to, from, kPiece);
  std::memcpy(to_last, last, kPiece);
  return to_last + kPiece;
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
