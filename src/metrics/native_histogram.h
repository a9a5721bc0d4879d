#pragma once

#include <cstddef>
#include <string>

#include <narthex/histogram.h>

#include "metrics/exponential_series.h"

namespace narthex::detail {

// The checked options of native buckets.
struct NativeLimits {
  // Throws RegistrationError if an option is out of range.
  explicit NativeLimits(const HistogramOptions& options);

  std::string settings() const;

  int schema;
  std::size_t max_buckets;
  double zero_threshold;
  double max_zero_threshold;
};

// A histogram with native buckets, and with classic ones if it has bounds. Both are read from the same counts, so that
// they agree on the number of observations.
class NativeHistogramSeries final : public ExponentialSeries {
 public:
  NativeHistogramSeries(const Bounds& bounds, const ExemplarSource& source, const NativeLimits& limits);

  void collect(Sink& sink) const override;
  double quantile(double quantile) const override;

 private:
  const NativeLimits limits_;
};

}  // namespace narthex::detail
