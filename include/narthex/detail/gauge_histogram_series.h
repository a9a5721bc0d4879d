#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include <narthex/detail/bucket_bounds.h>
#include <narthex/detail/export.h>
#include <narthex/detail/observation_series.h>
#include <narthex/detail/series.h>
#include <narthex/detail/signed_sum.h>

namespace NARTHEX_VISIBILITY narthex {
namespace detail {

// The number of values in each bucket, and the sum of all values. All threads add to the same counts.
//
// Invariant: the count of a bucket is the number of its inc() minus that of its dec(). It is negative while a dec() is
// visible before its inc(), and then a scrape serves 0.
class NARTHEX_EXPORT GaugeHistogramSeries final : public Series {
 public:
  using Bounds = std::shared_ptr<const BucketBounds>;

  explicit GaugeHistogramSeries(Bounds bounds);

  // Adds a value to the distribution, or removes it with change = -1.
  void add(double value, std::int64_t change) noexcept;
  ObservationTotals totals() const noexcept;
  double quantile(double quantile) const;
  void collect(Sink& sink) const override;

 private:
  // Calls read(buckets, count, sum) with cumulative buckets.
  template <class Read>
  auto read(Read read) const;

  const Bounds bounds_;
  const std::unique_ptr<std::atomic<std::int64_t>[]> counts_;  // one for each bucket, and one for values beyond
  SignedSum sum_;
};

}  // namespace detail
}  // namespace narthex
