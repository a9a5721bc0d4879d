#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <narthex/sink.h>

#include "metrics/exponential_buckets.h"

namespace narthex::detail {

// What one scrape has read, merged down to one scale.
class ExponentialCounts {
 public:
  ExponentialCounts() = default;  // of nothing
  ExponentialCounts(std::span<const ExponentialCell> cells, int schema, double zero_threshold);

  // Makes the buckets few enough: widens the zero bucket, bucket by bucket, up to a threshold; where that is not enough,
  // halves the resolution.
  void limit(std::size_t max_buckets, double max_zero_threshold);

  // Takes away what was counted earlier, at the same scale or a finer one.
  void subtract(ExponentialCounts earlier);

  // Returns the value that at least the share `quantile` of all does not exceed, within half a bucket; NaN: there is
  // none.
  double quantile(double quantile) const noexcept;

  int schema() const noexcept { return schema_; }
  double zero_threshold() const noexcept { return zero_threshold_; }
  NativeSample sample() const noexcept { return {schema_, zero_threshold_, zero_count_, negative_, positive_}; }

 private:
  using Buckets = std::vector<NativeBucket>;  // by rising index, none of them empty

  bool widen_zero(double max_zero_threshold);
  void halve_resolution();

  int schema_ = kFinestSchema;
  double zero_threshold_ = 0;
  std::uint64_t zero_count_ = 0;
  Buckets negative_;
  Buckets positive_;
};

}  // namespace narthex::detail
