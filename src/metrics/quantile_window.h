#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "metrics/exponential_counts.h"

namespace narthex::detail {

// Computes the counts of a recent time window from snapshots of all counts:
//
//   snapshots   | 0 |   | 1 |   | 2 |   | 3 |   | 4 |   | 5 |        at most age_buckets + 1
//                 <----- at least max_age, if one is this old -----> now
//                 <---------------- recent ---------------->
//
// Observations read no clock; only scrapes compute the window. Not thread-safe.
class QuantileWindow {
 public:
  using Clock = std::chrono::steady_clock;

  // There are no counts before `now`.
  QuantileWindow(Clock::duration max_age, std::size_t age_buckets, Clock::time_point now);

  // `all` are the counts up to `now`, which does not decrease from call to call. Returns the counts of the window.
  ExponentialCounts slide(ExponentialCounts all, Clock::time_point now);

 private:
  struct Snapshot {
    Clock::time_point at;
    ExponentialCounts counts;
  };

  const Clock::duration max_age_;
  const Clock::duration step_;
  std::vector<Snapshot> snapshots_;  // the first is the newest that is at least max_age old, or the oldest
};

}  // namespace narthex::detail
