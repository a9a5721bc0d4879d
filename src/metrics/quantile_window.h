#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "metrics/exponential_counts.h"

namespace narthex::detail {

// Tells what of all that was ever counted is recent, from what it was told before:
//
//   snapshots   | 0 |   | 1 |   | 2 |   | 3 |   | 4 |   | 5 |        age_buckets + 1 of them at most
//                 <----- at least max_age, if any is that old -----> now
//                 <---------------- recent ---------------->
//
// Whoever counts reads no clock and forgets nothing; only scrapes look back. For one thread at a time.
class QuantileWindow {
 public:
  using Clock = std::chrono::steady_clock;

  // Nothing was counted before `now`.
  QuantileWindow(Clock::duration max_age, std::size_t age_buckets, Clock::time_point now);

  // Takes all that was counted up to now, which is not before the last one; returns what of it is recent.
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
