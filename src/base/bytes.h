#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace narthex::detail {

// Eight bytes of text in one word, looked at all at once.
inline std::uint64_t bytes_at(const char* text) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, text, sizeof word);
  return word;
}

// All bytes of a text of at most eight, in some order that depends on the size alone, some twice; empty: 0.
inline std::uint64_t short_bytes_at(const char* text, std::size_t size) noexcept {
  if (size >= 4) {
    std::uint32_t first = 0;
    std::uint32_t last = 0;  // overlaps the first below eight
    std::memcpy(&first, text, sizeof first);
    std::memcpy(&last, text + size - sizeof last, sizeof last);
    return std::uint64_t{last} << 32 | first;
  }
  if (size == 0) return 0;
  const auto byte = [text](std::size_t i) { return std::uint64_t{static_cast<unsigned char>(text[i])}; };
  return byte(size - 1) << 16 | byte(size / 2) << 8 | byte(0);
}

// std::memcmp() == 0, without the call: the texts of labels are short.
inline bool same_bytes(const char* a, const char* b, std::size_t size) noexcept {
  if (size <= 8) return short_bytes_at(a, size) == short_bytes_at(b, size);
  for (std::size_t i = 0; i + 8 < size; i += 8) {
    if (bytes_at(a + i) != bytes_at(b + i)) return false;
  }
  return bytes_at(a + size - 8) == bytes_at(b + size - 8);  // overlaps the one before
}

// Writes a text where there is room for it; returns its end. Inline, for a call would take as long as the copying: names
// and labels are some ten to a hundred bytes.
inline char* put(char* to, std::string_view text) noexcept {
  constexpr std::size_t kPiece = 16;
  if (text.size() < kPiece) return to + text.copy(to, text.size());
  const char* const last = text.data() + text.size() - kPiece;
  char* const to_last = to + text.size() - kPiece;
  for (const char* from = text.data(); from < last; from += kPiece, to += kPiece) std::memcpy(to, from, kPiece);
  std::memcpy(to_last, last, kPiece);
  return to_last + kPiece;
}

constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101;  // times a byte: that byte in every place
constexpr std::uint64_t kHighBits = 0x80 * kOnes;

// Returns 0 unless some byte of a word is `wanted`: that one is zero after the exclusive or, and taking one from zero
// borrows into its high bit.
constexpr std::uint64_t matches(std::uint64_t word, unsigned char wanted) noexcept {
  const std::uint64_t difference = word ^ wanted * kOnes;
  return (difference - kOnes) & ~difference & kHighBits;
}

}  // namespace narthex::detail
