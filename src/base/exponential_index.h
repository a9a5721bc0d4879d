#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace narthex::detail {

// Which logarithmic bucket a size belongs to. At a schema from -4 to 8 the buckets grow by base = 2^(2^-schema), and the
// one of a key has what is above base^(key-1) and at most base^key. Two buckets of a schema make up one of the next
// lower, so every key follows from the one of schema 8:
//
//   schema 8    ...| -3 | -2 | -1 |  0 |  1 |  2 |  3 |  4 |...       finest_key()
//   schema 7    ...   -1    |    0    |    1    |    2    |...       divided by two, rounded up
//   schema 6    ...         0         |         1         |...
//
// The finest key is 256 times the exponent plus how many of the bounds 2^(i/256) the mantissa exceeds. Of those, at most
// one lies between two neighbours of 512 equal steps, so that a table and one comparison find out.
inline constexpr int kFinestSchema = 8;
inline constexpr int kCoarsestSchema = -4;
inline constexpr std::int32_t kLargestKey = 1024 * 256;  // of the finest schema: the bucket of the largest double

struct ExponentialBounds {
  static constexpr int kMantissaBits = 52;
  static constexpr int kStepShift = kMantissaBits - 9;

  std::array<std::uint64_t, 257> mantissas{};  // of 2^(i/256), rounded to nearest; then of 2, which nothing exceeds
  std::array<std::uint16_t, 512> exceeded{};   // how many bounds lie below the whole step
};

namespace exponential_bounds {

using Wide [[gnu::mode(TI)]] = unsigned;  // a fixed-point number with 96 bits behind the point
inline constexpr int kPoint = 96;

constexpr Wide times(Wide a, Wide b) noexcept {
  constexpr Wide kHalf = (Wide{1} << kPoint / 2) - 1;
  const Wide a_high = a >> kPoint / 2;
  const Wide a_low = a & kHalf;
  const Wide b_high = b >> kPoint / 2;
  const Wide b_low = b & kHalf;
  return a_high * b_high + ((a_high * b_low + a_low * b_high + (a_low * b_low >> kPoint / 2)) >> kPoint / 2);
}

constexpr Wide root(Wide square) noexcept {
  Wide root = 0;
  for (int bit = kPoint; bit >= 0; --bit) {
    const Wide more = root | Wide{1} << bit;
    if (times(more, more) <= square) root = more;
  }
  return root;
}

consteval ExponentialBounds make() {
  ExponentialBounds made;
  std::array<Wide, 8> roots{};  // 2^(1/256), 2^(1/128), ... 2^(1/2)
  Wide last = Wide{2} << kPoint;
  for (std::size_t i = roots.size(); i-- > 0;) roots[i] = last = root(last);
  for (std::size_t i = 0; i < 256; ++i) {
    Wide bound = Wide{1} << kPoint;
    for (std::size_t bit = 0; bit < roots.size(); ++bit) {
      if ((i >> bit & 1) != 0) bound = times(bound, roots[bit]);
    }
    constexpr int kDropped = kPoint - ExponentialBounds::kMantissaBits;
    const auto rounded = static_cast<std::uint64_t>((bound + (Wide{1} << (kDropped - 1))) >> kDropped);
    made.mantissas[i] = rounded - (std::uint64_t{1} << ExponentialBounds::kMantissaBits);
  }
  made.mantissas[256] = std::uint64_t{1} << ExponentialBounds::kMantissaBits;
  for (std::uint64_t step = 0; step < made.exceeded.size(); ++step) {
    const auto* below = std::ranges::lower_bound(made.mantissas, step << ExponentialBounds::kStepShift);
    made.exceeded[step] = static_cast<std::uint16_t>(below - made.mantissas.begin());
  }
  return made;
}

}  // namespace exponential_bounds

inline constexpr ExponentialBounds kExponentialBounds = exponential_bounds::make();

// No two bounds lie in the same step, so that one comparison suffices.
static_assert(std::ranges::adjacent_find(kExponentialBounds.mantissas, [](std::uint64_t a, std::uint64_t b) {
                return a >> ExponentialBounds::kStepShift == b >> ExponentialBounds::kStepShift;
              }) == kExponentialBounds.mantissas.end());

// Returns the key at the finest schema of a size above 0, which is not NaN.
inline std::int32_t finest_key(double size) noexcept {
  const auto bits = std::bit_cast<std::uint64_t>(size);
  const auto exponent = static_cast<std::uint32_t>(bits >> ExponentialBounds::kMantissaBits);
  if (exponent - 1 >= 0x7fe) [[unlikely]] {
    return exponent == 0 ? finest_key(size * 0x1p64) - 64 * 256 : kLargestKey + 1;  // subnormal, or infinity
  }
  const std::uint64_t mantissa = bits << 12 >> 12;
  const std::uint32_t exceeded = kExponentialBounds.exceeded[mantissa >> ExponentialBounds::kStepShift];
  const std::uint32_t one_more = mantissa > kExponentialBounds.mantissas[exceeded] ? 1 : 0;
  return static_cast<std::int32_t>(exponent * 256 + exceeded + one_more) - 0x3ff * 256;
}

// Returns the key at a coarser schema, or the same, of what has a key at a finer one.
constexpr std::int32_t coarser_key(std::int32_t key, int from, int to) noexcept {
  const int shift = from - to;
  return (key + (1 << shift) - 1) >> shift;
}

// Returns the largest size that belongs to a key: the largest double where the next one would, and infinity beyond.
inline double upper_bound_of(std::int32_t key, int schema) noexcept {
  const std::int32_t finest = key * (1 << (kFinestSchema - schema));
  if (finest > kLargestKey) return std::numeric_limits<double>::infinity();
  if (finest == kLargestKey) return std::numeric_limits<double>::max();
  constexpr std::uint64_t kOne = std::uint64_t{0x3ff} << ExponentialBounds::kMantissaBits;
  return std::ldexp(std::bit_cast<double>(kOne | kExponentialBounds.mantissas[static_cast<std::size_t>(finest & 255)]),
                    finest >> 8);
}

// Returns the coarsest schema whose buckets grow by at most that factor, which is above 1, or the nearest that there is.
inline int schema_of(double growth_factor) noexcept {
  const double schema = -std::floor(std::log2(std::log2(growth_factor)));
  return static_cast<int>(std::clamp<double>(schema, kCoarsestSchema, kFinestSchema));
}

}  // namespace narthex::detail
