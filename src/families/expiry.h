#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include <narthex/detail/series.h>

namespace narthex::detail {

// Knows how long a series has shown no sign of life. An update leaves the sign, by fulfilling the wish for one, and
// reads no clock; whoever looks, at a scrape or an insertion, takes it away, by wishing for the next, and notes the time, so
// a series counts as idle from the look that found the sign: never too early, and late by the time between two looks
// at most.
class Expiry {
 public:
  // In steps of 10 ms, which wrap around after 497 days.
  using Time = std::uint32_t;

  explicit Expiry(std::chrono::milliseconds timeout) noexcept
      : is_on_(timeout.count() > 0),
        // One more, for both ends are rounded down.
        timeout_(static_cast<Time>(std::min<std::int64_t>(timeout.count() / kStep.count(), kLongest) + 1)) {}

  bool is_on() const noexcept { return is_on_; }

  static Time now() noexcept { return static_cast<Time>(std::chrono::steady_clock::now().time_since_epoch() / kStep); }

  // Starts the time of a new series. For families that let series expire.
  static void begin(Series& series) noexcept {
    series.idle_since_ = now();
    series.wish(Series::kSignOfLife);
  }

  // Under the mutex of the series' table.
  bool is_idle(Series& series, Time now) const noexcept {
    // An update that is missed leaves its sign for the look that comes before the end; see SeriesTable.
    if (!series.has_wish(Series::kSignOfLife)) {
      series.wish(Series::kSignOfLife);
      series.idle_since_ = now;
    }
    return now - series.idle_since_ > timeout_;
  }

 private:
  static constexpr std::chrono::milliseconds kStep{10};
  static constexpr std::int64_t kLongest = std::int64_t{1} << 31;  // 248 days

  bool is_on_;
  Time timeout_;
};

}  // namespace narthex::detail
