#pragma once

#include <utility>
#include <variant>

#include <narthex/detail/stopwatch.h>
#include <narthex/gauge.h>
#include <narthex/histogram.h>
#include <narthex/summary.h>

namespace narthex {

/// Times a block: at the end of its scope, left by an exception or not, a histogram or a summary observes the seconds
/// since its construction, and a gauge is set to them.
///   const narthex::Timer timer(latency);
///   const narthex::Timer timer(requests.labels("GET"));
/// Values: seconds, of a clock that never jumps.
/// Threads: lives on one at a time; may end on another, moved there or not.
/// Errors: none. A moved-from one does nothing.
class [[nodiscard]] Timer {
  using Target = std::variant<Histogram, Summary, Gauge>;  // whatever can observe(seconds) or be set to them

 public:
  explicit Timer(Target target) noexcept : target_(std::move(target)) {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  Timer(Timer&&) noexcept = default;  // leaves a handle that does nothing
  Timer& operator=(Timer&&) = delete;
  ~Timer() { report(stopwatch_.seconds()); }

  /// Observes now instead of at the end; returns the seconds. A second call returns them too, and observes nothing.
  double observe_now() noexcept {
    const double seconds = stopwatch_.seconds();
    report(seconds);
    cancel();
    return seconds;
  }

  /// Observes nothing at the end.
  void cancel() noexcept { target_ = Target(); }

 private:
  void report(double seconds) const noexcept {
    std::visit(
        [seconds](const auto& target) {
          if constexpr (requires { target.observe(seconds); }) {
            target.observe(seconds);
          } else {
            target.set(seconds);
          }
        },
        target_);
  }

  Target target_;
  detail::Stopwatch stopwatch_;
};

}  // namespace narthex
