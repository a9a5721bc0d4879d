#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include <narthex/detail/series.h>

namespace narthex::detail {

// Decides whether a series is idle. An update reads no clock, it only sets the accessed flag. Each inspection of an
// accessed series clears the flag and notes the time. The idle time therefore starts at the inspection and not at the
// update: a series is never evicted too early, and too late by at most the time between two inspections.
class IdleTimeout {
 public:
  // In steps of 10 ms. It wraps around after 497 days.
  using Time = std::uint32_t;

  // 0: series are never idle.
  explicit IdleTimeout(std::chrono::milliseconds timeout) noexcept
      : is_on_(timeout.count() > 0),
        // Plus one, because both ends of an interval are rounded down.
        timeout_(static_cast<Time>(std::min<std::int64_t>(timeout.count() / kStep.count(), kMaxSteps) + 1)) {}

  bool is_on() const noexcept { return is_on_; }

  static Time now() noexcept { return static_cast<Time>(std::chrono::steady_clock::now().time_since_epoch() / kStep); }

  // Starts the idle time of a new series, unless the timeout is off.
  void start(Series& series) const noexcept {
    if (!is_on_) return;
    series.idle_since_ = now();
    series.set_flag(Series::kNotAccessed);
  }

  // Called under the mutex of the family.
  bool is_idle(Series& series, Time now) const noexcept {
    // An update that comes too late for this test is seen by the evictor, behind its fence.
    if (series.was_accessed()) {
      series.set_flag(Series::kNotAccessed);
      series.idle_since_ = now;
    }
    return now - series.idle_since_ > timeout_;
  }

 private:
  static constexpr std::chrono::milliseconds kStep{10};
  static constexpr std::int64_t kMaxSteps = std::int64_t{1} << 31;  // 248 days

  bool is_on_;
  Time timeout_;
};

}  // namespace narthex::detail
