#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "metrics/exponential_counts.h"

namespace narthex::detail {

// Computes the counts of a recent time window from snapshots of all counts:
//
//             max_age ago
//                  v
//   snapshots          | 1 |   | 2 |   | 3 |   | 4 |   | 5 |        any three cover more than a step
//                        <--------------- recent --------------> now
//
// Each scrape takes a snapshot, which replaces the last one if that is not needed: if the two around it are at most a
// step apart. Observations read no clock, so that an observation is only known to be newer than the snapshot before it.
// Without a snapshot that is young enough, the window is empty. Not thread-safe.
class QuantileWindow {
 public:
  using Clock = std::chrono::steady_clock;

  // There are no counts before `now`.
  QuantileWindow(Clock::duration max_age, std::size_t age_buckets, Clock::time_point now);

  // Returns the counts of the window. `all` are the counts up to `now`, which does not decrease from call to call.
  ExponentialCounts recent(const ExponentialCounts& all, Clock::time_point now) const;
  // Does the same, and takes a snapshot.
  ExponentialCounts slide(ExponentialCounts all, Clock::time_point now);

 private:
  struct Snapshot {
    Clock::time_point at;
    ExponentialCounts counts;
  };

  const Clock::duration max_age_;
  const Clock::duration step_;
  std::vector<Snapshot> snapshots_;  // the oldest first
};

}  // namespace narthex::detail
