#pragma once

#include <utility>

#include <narthex/detail/export.h>
#include <narthex/detail/stopwatch.h>
#include <narthex/gauge.h>
#include <narthex/histogram.h>
#include <narthex/summary.h>

namespace NARTHEX_VISIBILITY narthex {

/// Measures the time from its construction to the end of its scope. A histogram or a summary observes the duration; a
/// gauge is set to it. This also happens if an exception leaves the scope.
///
/// Values: seconds of a monotonic clock.
/// Thread safety: only one thread may use a Timer at a time. It may be destroyed on another thread than the one that
///   created it.
/// Exceptions: none.
/// Lifetime: it holds a handle, so the metric may be removed before it is destroyed. A moved-from Timer does nothing.
///
/// Example:
///   const narthex::Timer timer(latency);
///   const narthex::Timer timer(requests.labels("GET"));
class [[nodiscard]] NARTHEX_VISIBILITY Timer {
 public:
  /// Starts to measure for a Histogram.
  [[nodiscard]] explicit Timer(Histogram target) noexcept : histogram_(std::move(target)) {}
  /// Starts to measure for a Summary.
  [[nodiscard]] explicit Timer(Summary target) noexcept : summary_(std::move(target)) {}
  /// Starts to measure for a Gauge.
  [[nodiscard]] explicit Timer(Gauge target) noexcept : gauge_(std::move(target)) {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  /// Takes over the measurement of another Timer, which does nothing from now on.
  Timer(Timer&&) noexcept = default;
  Timer& operator=(Timer&&) = delete;
  /// Observes the duration, unless observe_now() or cancel() was called.
  ~Timer() { report(stopwatch_.seconds()); }

  /// Observes now instead of at the end of the scope, and returns the seconds since the construction. Further calls
  /// only return the seconds.
  double observe_now() noexcept {
    const double seconds = stopwatch_.seconds();
    report(seconds);
    cancel();
    return seconds;
  }

  /// Observes nothing at the end of the scope.
  void cancel() noexcept {
    histogram_ = Histogram();
    summary_ = Summary();
    gauge_ = Gauge();
  }

 private:
  void report(double seconds) const noexcept {
    histogram_.observe(seconds);
    summary_.observe(seconds);
    gauge_.set(seconds);
  }

  // Only the target refers to a metric. A std::variant would double the cost of this header.
  Histogram histogram_;
  Summary summary_;
  Gauge gauge_;
  detail::Stopwatch stopwatch_;
};

}  // namespace narthex
