#pragma once

#include <cstdint>
#include <cstring>

namespace narthex::detail {

// Eight bytes of text in one word, looked at all at once.
inline std::uint64_t bytes_at(const char* text) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, text, sizeof word);
  return word;
}

constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101;  // times a byte: that byte in every place
constexpr std::uint64_t kHighBits = 0x80 * kOnes;

}  // namespace narthex::detail
