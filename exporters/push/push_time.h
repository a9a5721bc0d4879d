#pragma once

#include <algorithm>
#include <chrono>

namespace narthex::detail {

using PushTime = std::chrono::sys_time<std::chrono::milliseconds>;

inline PushTime system_push_time() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

// Gives each push its time, which is later than that of the push before, also if the clock of the system was set back:
// a receiver refuses samples that are older than the newest one of their series.
// Thread safety: one thread at a time.
class RisingTime {
 public:
  PushTime next(PushTime now) noexcept { return last_ = std::max(now, last_ + std::chrono::milliseconds(1)); }

 private:
  PushTime last_{};
};

}  // namespace narthex::detail
