#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include <narthex/sink.h>

#include "base/infinity.h"
#include "exemplars/exemplar_copies.h"

namespace narthex::detail {

// Initialises buckets with their bounds, the last one +Inf, with their exemplars, and with counts of zero. There is one
// bucket more than bounds.
inline void start_buckets(std::span<Bucket> buckets, std::span<const double> bounds,
                          const ExemplarCopies& exemplars) noexcept {
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    // NOLINTNEXTLINE(bugprone-narrowing-conversions): all bounds are of type double
    buckets[i] = {i < bounds.size() ? bounds[i] : kInfinity, 0, exemplars.at(i)};
  }
}

// Makes the counts of buckets cumulative; returns the number of all observations.
inline std::uint64_t accumulate(std::span<Bucket> buckets) noexcept {
  for (std::size_t i = 1; i < buckets.size(); ++i) buckets[i].cumulative_count += buckets[i - 1].cumulative_count;
  return buckets.back().cumulative_count;
}

// Returns a quantile of cumulative buckets, the last one +Inf, as the function histogram_quantile() of Prometheus
// computes it: the observations of a bucket are spread evenly over it.
inline double interpolated_quantile(std::span<const Bucket> buckets, double quantile) noexcept {
  const std::uint64_t count = buckets.back().cumulative_count;
  if (count == 0 || buckets.size() < 2 || std::isnan(quantile)) return std::numeric_limits<double>::quiet_NaN();
  if (quantile < 0) return -kInfinity;
  if (quantile > 1) return kInfinity;
  const double rank = quantile * static_cast<double>(count);
  std::size_t i = 0;
  while (i + 1 < buckets.size() && static_cast<double>(buckets[i].cumulative_count) < rank) ++i;
  if (i + 1 == buckets.size()) return buckets[i - 1].upper_bound;  // the +Inf bucket has no middle
  if (i == 0 && buckets[0].upper_bound <= 0) return buckets[0].upper_bound;
  const double begin = i == 0 ? 0 : buckets[i - 1].upper_bound;
  const std::uint64_t before = i == 0 ? 0 : buckets[i - 1].cumulative_count;
  const auto in_bucket = static_cast<double>(buckets[i].cumulative_count - before);
  return begin + (buckets[i].upper_bound - begin) * ((rank - static_cast<double>(before)) / in_bucket);
}

}  // namespace narthex::detail
