#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace narthex::detail {

// Integers as protobuf writes them: seven bits in each byte, the lowest first; the high bit says that a byte follows.

constexpr std::size_t kMaxVarintSize = 10;

constexpr std::size_t size_of_varint(std::uint64_t number) noexcept {
  return (static_cast<std::size_t>(std::bit_width(number | 1)) + 6) / 7;
}

constexpr char* put_varint(char* to, std::uint64_t number) noexcept {
  for (; number >= 0x80; number >>= 7) *to++ = static_cast<char>(number | 0x80);
  *to++ = static_cast<char>(number);
  return to;
}

// Small numbers of either sign as small numbers: 0, -1, 1, -2, 2 become 0, 1, 2, 3, 4.
constexpr std::uint64_t zigzag(std::int64_t number) noexcept {
  return static_cast<std::uint64_t>(number) << 1 ^ static_cast<std::uint64_t>(number >> 63);
}

}  // namespace narthex::detail
