#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "formats/canonical_nan.h"
#include "formats/varint.h"
#include "otlp/otlp_fields.h"

namespace narthex::detail::otlp {

// Parts of fields that are written into reserved room, for what is written once for each series. protozero writes the
// rest. All of these fields have numbers up to 15, so that their keys have one byte.

enum class WireKind : std::uint32_t { varint = 0, fixed64 = 1, length = 2 };

constexpr char key_byte(OtlpField field, WireKind kind) noexcept {
  return static_cast<char>(field << 3 | static_cast<std::uint32_t>(kind));
}

// Returns the bits of a value as a message contains them.
inline std::uint64_t bits_of(double value) noexcept { return std::bit_cast<std::uint64_t>(canonical(value)); }

constexpr std::size_t kFixedFieldSize = 1 + sizeof(std::uint64_t);

inline char* put_fixed64(char* to, std::uint64_t bits) noexcept {
  if constexpr (std::endian::native == std::endian::big) bits = __builtin_bswap64(bits);
  std::memcpy(to, &bits, sizeof bits);
  return to + sizeof bits;
}
inline char* put_fixed_field(char* to, OtlpField field, std::uint64_t bits) noexcept {
  *to++ = key_byte(field, WireKind::fixed64);
  return put_fixed64(to, bits);
}
// A field that is left out if it is zero.
inline char* put_nonzero_field(char* to, OtlpField field, std::uint64_t bits) noexcept {
  return bits == 0 ? to : put_fixed_field(to, field, bits);
}

// The key and the length of a message or a text.
constexpr char* put_length(char* to, OtlpField field, std::size_t length) noexcept {
  *to++ = key_byte(field, WireKind::length);
  return put_varint(to, length);
}
constexpr std::size_t kMaxLengthSize = 1 + kMaxVarintSize;
constexpr std::size_t size_of_length(std::size_t length) noexcept { return 1 + size_of_varint(length); }

}  // namespace narthex::detail::otlp
