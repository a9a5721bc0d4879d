#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace narthex::detail {

using PushClock = std::chrono::steady_clock;

// The time at which a push gives up. The destructor of an exporter makes it earlier while the push runs.
// Thread safety: all members may be called concurrently.
class PushDeadline {
 public:
  explicit PushDeadline(PushClock::time_point end) noexcept : end_(end) {}

  PushClock::time_point end() const {
    const std::lock_guard lock(mutex_);
    return end_;
  }
  bool has_passed() const { return PushClock::now() >= end(); }
  void shorten(PushClock::time_point end) {
    {
      const std::lock_guard lock(mutex_);
      if (end < end_) end_ = end;
    }
    is_shorter_.notify_all();
  }
  // Waits for a duration. Returns false, without waiting to the end, if the deadline is earlier or becomes earlier.
  bool wait_for(PushClock::duration duration) const {
    const PushClock::time_point until = PushClock::now() + duration;
    std::unique_lock lock(mutex_);
    return !is_shorter_.wait_until(lock, until, [&] { return end_ <= until; });
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable is_shorter_;
  PushClock::time_point end_;
};

}  // namespace narthex::detail
