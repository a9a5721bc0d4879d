#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace narthex::detail {

// The exponential bucket of a value. At a schema from -4 to 8 the buckets grow by base = 2^(2^-schema). The bucket with
// index `key` contains the values above base^(key-1) and up to base^key. Two adjacent buckets of a schema form one
// bucket of the next lower schema, so the key of schema 8 determines all others:
//
//   schema 8    ...| -3 | -2 | -1 |  0 |  1 |  2 |  3 |  4 |...       finest_key()
//   schema 7    ...   -1    |    0    |    1    |    2    |...       divided by two, rounded up
//   schema 6    ...         0         |         1         |...
//
// The finest key is 256 times the exponent, plus the number of bounds 2^(i/256) that the mantissa exceeds. The
// mantissas are divided into 512 equal steps. At most one bound lies in a step, so a table and one comparison give that
// number.
//
// Every bound is the very double that Prometheus computes, up to 4 units in the last place away from 2^(i/256). A zero
// threshold next to its bound would be a threshold within a bucket for Prometheus, and its rise a counter reset.
inline constexpr int kFinestSchema = 8;
inline constexpr int kCoarsestSchema = -4;
inline constexpr std::int32_t kLargestKey = 1024 * 256;  // at the finest schema: the bucket of the largest double

struct ExponentialBounds {
  static constexpr int kMantissaBits = 52;
  static constexpr int kStepShift = kMantissaBits - 9;

  std::array<std::uint64_t, 257>
      mantissas{};  // of 2^(i/256) as Prometheus rounds it; the last is that of 2, which no mantissa exceeds
  std::array<std::uint16_t, 512> exceeded{};  // the number of bounds below the step
};

namespace exponential_bounds {

// 2^(1/2), 2^(1/4), ..., 2^(1/256). The first is one unit below the nearest double, as in Prometheus.
inline constexpr std::array<double, 8> kFactors{1.414213562373095,  1.189207115002721,  1.0905077326652577,
                                                1.0442737824274138, 1.0218971486541166, 1.0108892860517005,
                                                1.0054299011128027, 1.0027112750502025};

consteval ExponentialBounds make() {
  ExponentialBounds bounds;
  std::array<double, 256> values{1};
  for (std::size_t i = 1; i < values.size(); ++i) {
    // The bound below it in the next lower schema, times the factor of the coarsest schema that has this bound.
    values[i] = values[i & (i - 1)] * kFactors[7 - static_cast<std::size_t>(std::countr_zero(i))];
  }
  constexpr std::uint64_t kMantissa = (std::uint64_t{1} << ExponentialBounds::kMantissaBits) - 1;
  for (std::size_t i = 0; i < values.size(); ++i) {
    bounds.mantissas[i] = std::bit_cast<std::uint64_t>(values[i]) & kMantissa;
  }
  bounds.mantissas[256] = std::uint64_t{1} << ExponentialBounds::kMantissaBits;
  for (std::uint64_t step = 0; step < bounds.exceeded.size(); ++step) {
    const auto* below = std::ranges::lower_bound(bounds.mantissas, step << ExponentialBounds::kStepShift);
    bounds.exceeded[step] = static_cast<std::uint16_t>(below - bounds.mantissas.begin());
  }
  return bounds;
}

}  // namespace exponential_bounds

inline constexpr ExponentialBounds kExponentialBounds = exponential_bounds::make();

// No two bounds lie in the same step, so one comparison is enough.
static_assert(std::ranges::adjacent_find(kExponentialBounds.mantissas, [](std::uint64_t a, std::uint64_t b) {
                return a >> ExponentialBounds::kStepShift == b >> ExponentialBounds::kStepShift;
              }) == kExponentialBounds.mantissas.end());

// Returns the key of a size at the finest schema. The size is above 0 and not NaN.
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

// Converts a key from a schema to the same or a coarser one.
constexpr std::int32_t coarser_key(std::int32_t key, int from, int to) noexcept {
  const int shift = from - to;
  return (key + (1 << shift) - 1) >> shift;
}

// Returns the upper bound of the bucket of a key, as Prometheus computes it: the largest double if the bound is above
// it, infinity for later keys.
inline double upper_bound_of(std::int32_t key, int schema) noexcept {
  const std::int32_t finest = key * (1 << (kFinestSchema - schema));
  if (finest > kLargestKey) return std::numeric_limits<double>::infinity();
  if (finest == kLargestKey) return std::numeric_limits<double>::max();
  constexpr std::uint64_t kOne = std::uint64_t{0x3ff} << ExponentialBounds::kMantissaBits;
  return std::ldexp(std::bit_cast<double>(kOne | kExponentialBounds.mantissas[static_cast<std::size_t>(finest & 255)]),
                    finest >> 8);
}

// Returns the coarsest schema whose buckets grow by at most this factor, or the nearest schema that exists. The factor
// is above 1.
inline int schema_of(double growth_factor) noexcept {
  const double schema = -std::floor(std::log2(std::log2(growth_factor)));
  return static_cast<int>(std::clamp<double>(schema, kCoarsestSchema, kFinestSchema));
}

}  // namespace narthex::detail
