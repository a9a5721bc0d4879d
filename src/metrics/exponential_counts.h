#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <narthex/sink.h>

#include "metrics/exponential_buckets.h"

namespace narthex::detail {

struct NativeLimits;

// The counts that one scrape has read, merged to one scale.
class ExponentialCounts {
 public:
  ExponentialCounts() = default;  // no counts
  ExponentialCounts(std::span<const ExponentialCell> cells, int schema, double zero_threshold);

  // Reduces the number of buckets: widens the zero bucket, bucket by bucket, up to a bound of the schema. If that is
  // not enough, halves the resolution instead, and widens the zero bucket again.
  void limit(const NativeLimits& limits);

  // Subtracts earlier counts of the same scale or of a finer one.
  void subtract(ExponentialCounts earlier);

  // Returns the smallest value that at least the share `quantile` of all observations does not exceed, within half a
  // bucket. NaN if there are no observations.
  double quantile(double quantile) const noexcept;

  int schema() const noexcept { return schema_; }
  double zero_threshold() const noexcept { return zero_threshold_; }
  NativeSample sample() const noexcept { return {schema_, zero_threshold_, zero_count_, negative_, positive_}; }

 private:
  using Buckets = std::vector<NativeBucket>;  // by rising index, none of them empty

  bool try_fit(const NativeLimits& limits);
  void align_zero(double max_zero_threshold);
  bool try_widen_zero(double max_zero_threshold);
  void widen_zero(double threshold);
  void halve_resolution();

  int schema_ = kFinestSchema;
  double zero_threshold_ = 0;
  std::uint64_t zero_count_ = 0;
  Buckets negative_;
  Buckets positive_;
};

}  // namespace narthex::detail
