#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "base/infinity.h"

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
// mantissas are divided into 512 equal steps. At most one bound lies in a step, so the step gives that number except for
// one comparison. An addition to the bits of the number makes both: the addend of the step corrects the number, and
// carries into it if the rest of the mantissa exceeds the bound.
//
//   bits        [ 0 | exponent 11 bits | step 9 bits | rest 43 bits ]
//   + addend    = [ finest key + 0x3ff * 256: 20 bits     | 44 bits ]
//
// Every bound is the very double that Prometheus computes, up to 4 units in the last place away from 2^(i/256). A zero
// threshold next to its bound would be a threshold within a bucket for Prometheus, and its rise a counter reset.
inline constexpr int kFinestSchema = 8;
inline constexpr int kCoarsestSchema = -4;
inline constexpr std::int32_t kLargestKey = 1024 * 256;  // at the finest schema: the bucket of the largest double

struct ExponentialBounds {
  static constexpr int kMantissaBits = 52;
  static constexpr int kStepShift = kMantissaBits - 9;
  static constexpr int kKeyShift = kMantissaBits - 8;

  std::array<std::uint64_t, 257>
      mantissas{};  // of 2^(i/256) as Prometheus rounds it; the last is that of 2, which no mantissa exceeds
  std::array<std::uint64_t, 512> addends{};  // of the steps
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
  constexpr std::uint64_t kRest = (std::uint64_t{1} << ExponentialBounds::kKeyShift) - 1;
  for (std::uint64_t step = 0; step < bounds.addends.size(); ++step) {
    const auto* next = std::ranges::lower_bound(bounds.mantissas, step << ExponentialBounds::kStepShift);
    const auto exceeded = static_cast<std::uint64_t>(next - bounds.mantissas.begin());
    const bool is_in_step = *next >> ExponentialBounds::kStepShift == step;
    bounds.addends[step] =
        ((exceeded - step / 2) << ExponentialBounds::kKeyShift) + (is_in_step ? kRest - (*next & kRest) : 0);
  }
  return bounds;
}

}  // namespace exponential_bounds

inline constexpr ExponentialBounds kExponentialBounds = exponential_bounds::make();

// No two bounds lie in the same step, so one comparison is enough.
static_assert(std::ranges::adjacent_find(kExponentialBounds.mantissas, [](std::uint64_t a, std::uint64_t b) {
                return a >> ExponentialBounds::kStepShift == b >> ExponentialBounds::kStepShift;
              }) == kExponentialBounds.mantissas.end());

// Whether a number is above 0 and neither subnormal, infinity, nor NaN, from its bits.
constexpr bool is_positive_and_normal(std::uint64_t bits) noexcept {
  return (bits >> ExponentialBounds::kMantissaBits) - 1 < 0x7fe;  // the sign is the highest bit of the exponent here
}

// Computes the keys of one schema from the bits of normal numbers above 0.
class ExponentialKeys {
 public:
  constexpr explicit ExponentialKeys(int schema) noexcept
      : rounding_((((std::uint64_t{1} << (kFinestSchema - schema)) + 255) << ExponentialBounds::kKeyShift)),
        shift_(static_cast<std::uint8_t>(ExponentialBounds::kKeyShift + kFinestSchema - schema)) {}

  // Returns the key plus offset().
  constexpr std::uint64_t operator()(std::uint64_t bits) const noexcept {
    return (bits + kExponentialBounds.addends[bits >> ExponentialBounds::kStepShift & 511] + rounding_) >> shift_;
  }
  // 2^18, which is 0x3ff * 256 + 256, in units of the schema.
  constexpr std::uint64_t offset() const noexcept {
    return (std::uint64_t{1} << (18 + ExponentialBounds::kKeyShift)) >> shift_;
  }

 private:
  std::uint64_t rounding_;  // up, and to the offset
  std::uint8_t shift_;
};

// Returns the key of a size at the finest schema. The size is above 0 and not NaN.
inline std::int32_t finest_key(double size) noexcept {
  const auto bits = std::bit_cast<std::uint64_t>(size);
  constexpr ExponentialKeys kFinest(kFinestSchema);
  if (is_positive_and_normal(bits)) [[likely]] {
    return static_cast<std::int32_t>(kFinest(bits)) - static_cast<std::int32_t>(kFinest.offset());
  }
  return std::isinf(size) ? kLargestKey + 1 : finest_key(size * 0x1p64) - 64 * 256;  // or subnormal
}

// Converts a key from a schema to the same or a coarser one. The division rounds up.
constexpr std::int32_t coarser_key(std::int32_t key, int from, int to) noexcept { return -(-key >> (from - to)); }

// Returns the upper bound of the bucket of a key, as Prometheus computes it: the largest double if the bound is above
// it, infinity for later keys.
inline double upper_bound_of(std::int32_t key, int schema) noexcept {
  const std::int32_t finest = key * (1 << (kFinestSchema - schema));
  if (finest > kLargestKey) return kInfinity;
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
