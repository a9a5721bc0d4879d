#pragma once

#include <chrono>
#include <utility>

namespace narthex::detail {

// Starts when it is made, on a clock that never jumps.
class Stopwatch {
 public:
  double seconds() const noexcept { return std::chrono::duration<double>(Clock::now() - start_).count(); }

 private:
  using Clock = std::chrono::steady_clock;

  Clock::time_point start_ = Clock::now();
};

// Reports the seconds of its life when that ends.
template <class Report>
class TimedScope {
 public:
  explicit TimedScope(Report report) noexcept : report_(std::move(report)) {}
  TimedScope(const TimedScope&) = delete;
  TimedScope& operator=(const TimedScope&) = delete;
  ~TimedScope() { report_(stopwatch_.seconds()); }

 private:
  Report report_;
  Stopwatch stopwatch_;
};

}  // namespace narthex::detail
