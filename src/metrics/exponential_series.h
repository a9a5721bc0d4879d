#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include <narthex/detail/observation_series.h>

#include "metrics/exponential_buckets.h"

namespace narthex::detail {

// A series that counts in exponential buckets: a native histogram or a summary with quantiles. If it has no classic
// buckets, the flag kExponential leads each update here.
class ExponentialSeries : public ObservationSeries {
 public:
  ObservationTotals totals() const noexcept final {
    ObservationTotals totals;
    totals.sum = total(counts_.read([&](const ExponentialCell& cell) noexcept { totals.count += cell.count; }));
    return totals;
  }

 protected:
  ExponentialSeries(Bounds bounds, const ExemplarSource& source, Buckets buckets, int schema, double zero_threshold,
                    std::size_t max_keys)
      : ObservationSeries(std::move(bounds), source, buckets), counts_(schema, zero_threshold, max_keys) {
    if (this->bounds().empty()) set_flag(kExponential);
  }

  const ExponentialBuckets& counts() const noexcept { return counts_; }

 private:
  void observe_with_flags(double value) noexcept final {
    if (has_only_flag(kExponential) && counts_.try_observe(value)) return;
    ObservationSeries::observe_with_flags(value);
  }
  void add_without_cells(std::size_t bucket, double value, double amount, std::uint64_t number) noexcept final {
    counts_.observe(bucket, value, amount, number);
  }

  ExponentialBuckets counts_;
};

}  // namespace narthex::detail
