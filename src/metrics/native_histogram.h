#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include <narthex/detail/histogram_series.h>
#include <narthex/histogram.h>

#include "metrics/exponential_buckets.h"

namespace narthex::detail {

// What the options of a native histogram come to.
struct NativeLimits {
  // Throws RegistrationError for an invalid option.
  explicit NativeLimits(const HistogramOptions& options);

  std::string settings() const;

  int schema;
  std::size_t max_buckets;
  double zero_threshold;
  double max_zero_threshold;
};

// A histogram with native buckets, and classic ones where it has bounds. Both are read from the same counts, so they
// agree on how many observations there were.
class NativeHistogramSeries final : public HistogramSeries {
 public:
  NativeHistogramSeries(Bounds bounds, const std::shared_ptr<const ExemplarSource>& source, const NativeLimits& limits);

  void collect(Sink& sink) const override;

 private:
  void add_without_cells(std::size_t bucket, double value) noexcept override { counts_.observe(bucket, value); }

  ExponentialBuckets counts_;
  const std::size_t max_buckets_;
  const double max_zero_threshold_;
};

}  // namespace narthex::detail
