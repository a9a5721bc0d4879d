#pragma once

#include <atomic>
#include <chrono>

#include <narthex/detail/export.h>

namespace NARTHEX_VISIBILITY narthex {
namespace detail {

// The time of its construction, or of the last restart(). It reads the cheapest clock, which has a resolution of a few
// milliseconds.
class CreationTime {
 public:
  using Time = std::chrono::sys_time<std::chrono::milliseconds>;

  CreationTime() noexcept : time_(now()) {}

  // relaxed, both: nothing else depends on it
  Time time() const noexcept { return time_.load(std::memory_order_relaxed); }
  void restart() noexcept { time_.store(now(), std::memory_order_relaxed); }

  NARTHEX_EXPORT static Time now() noexcept;

 private:
  std::atomic<Time> time_;
};

}  // namespace detail
}  // namespace narthex
