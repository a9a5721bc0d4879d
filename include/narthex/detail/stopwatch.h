#pragma once

#include <chrono>
#include <utility>

#include <narthex/detail/export.h>

namespace NARTHEX_VISIBILITY narthex {
namespace detail {

// Measures the time since its construction, with a steady clock.
class Stopwatch {
 public:
  double seconds() const noexcept { return std::chrono::duration<double>(Clock::now() - start_).count(); }

 private:
  using Clock = std::chrono::steady_clock;

  Clock::time_point start_ = Clock::now();
};

// Calls report(seconds) with its lifetime when it is destroyed.
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

}  // namespace detail
}  // namespace narthex
