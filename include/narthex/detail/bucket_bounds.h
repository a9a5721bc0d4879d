#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include <narthex/detail/export.h>

namespace NARTHEX_VISIBILITY narthex {
namespace detail {

// The upper bounds of a histogram's buckets, and a search without a branch that depends on the value. The values of
// latencies cannot be predicted, and one mispredicted branch costs more than the whole search.
class NARTHEX_EXPORT BucketBounds {
 public:
  // The bounds are finite and increase.
  explicit BucketBounds(std::vector<double> bounds);

  std::span<const double> bounds() const noexcept { return {padded_.data(), size_}; }

  // Returns how many counts there are: of each bound, the +Inf bucket, and perhaps NaN.
  std::size_t number_of_counts() const noexcept { return padded_.size() + 1; }

  // Returns the first bucket whose bound is not below the value; the +Inf bucket for values above all bounds. For NaN,
  // which exceeds the padding too, returns the +Inf bucket or the index after it.
  std::size_t bucket_of(double value) const noexcept {
    const double* part = padded_.data();
    std::size_t size = padded_.size();
    while (size > kLinearSize) {  // drops a half, which consists of whole pairs
      const std::size_t half = size / 4 * 2;
      part += value <= part[half - 1] ? 0 : half;  // NaN takes the right half
      size -= half;
    }
    const Pair values{value, value};
    Flags reached{};  // number of bounds in each column that the value does not exceed
    for (std::size_t i = 0; i < size; i += 2) {
      Pair bounds;
      std::memcpy(&bounds, part + i, sizeof bounds);
      reached -= values <= bounds;  // a true lane is -1
    }
    return static_cast<std::size_t>(part - padded_.data()) + size - static_cast<std::size_t>(reached[0] + reached[1]);
  }

 private:
  using Pair [[gnu::vector_size(16)]] = double;
  using Flags [[gnu::vector_size(16)]] = std::int64_t;

  static constexpr std::size_t kLinearSize = 32;  // comparing this many bounds is faster than halving them

  std::size_t size_;
  std::vector<double> padded_;  // padded with +Inf to whole pairs
};

}  // namespace detail
}  // namespace narthex
