#pragma once

#include <chrono>
#include <utility>

#include <narthex/histogram.h>

namespace narthex {

/// Observes the time from its construction to the end of its scope.
/// Values: seconds, of a clock that never jumps.
/// Threads: lives on one; may end on another.
/// Errors: none.
class [[nodiscard]] Timer {
 public:
  explicit Timer(Histogram histogram) noexcept : histogram_(std::move(histogram)) {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() { histogram_.observe(std::chrono::duration<double>(Clock::now() - start_).count()); }

 private:
  using Clock = std::chrono::steady_clock;

  Histogram histogram_;
  Clock::time_point start_ = Clock::now();
};

}  // namespace narthex
