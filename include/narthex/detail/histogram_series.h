#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <narthex/detail/series.h>

namespace narthex::detail {

using Bounds = std::shared_ptr<const std::vector<double>>;

// One count per bucket and one sum.
//
//    bounds       0.1      0.5       1
//    counts    [ n0   |   n1   |   n2   |   n3 ]     value <= bound belongs left of it; n3 is the +Inf bucket
//
// Invariant: an observation adds one to exactly one count. What a scrape calls `_count` and the +Inf bucket is the
// sum of the counts that this scrape read, so the two are equal however many writers are at work.
class NARTHEX_EXPORT HistogramSeries final : public Series {
 public:
  explicit HistogramSeries(Bounds bounds);

  void observe(double value) noexcept {
    counts_[bucket_of(value)].fetch_add(1, std::memory_order_relaxed);  // relaxed: counts order nothing else
    sum_.fetch_add(value, std::memory_order_relaxed);                   // relaxed: may lag its count, see above
  }
  void collect(Sink& sink) const override;

 private:
  std::size_t bucket_of(double value) const noexcept {
    const auto above = [value](double bound) { return !(value <= bound); };  // NaN is above every bound
    return static_cast<std::size_t>(std::partition_point(bounds_->begin(), bounds_->end(), above) - bounds_->begin());
  }

  const Bounds bounds_;
  const std::unique_ptr<std::atomic<std::uint64_t>[]> counts_;  // one more than there are bounds
  std::atomic<double> sum_{0};
};

}  // namespace narthex::detail
