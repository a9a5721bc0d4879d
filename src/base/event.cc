#include "base/event.h"

#include <climits>
#include <ctime>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace narthex::detail {

namespace {

static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t));  // the kernel reads the value itself

// The clock of FUTEX_WAIT_BITSET is CLOCK_MONOTONIC, as that of std::chrono::steady_clock.
timespec to_timespec(std::chrono::steady_clock::time_point time) noexcept {
  using std::chrono::nanoseconds;
  using std::chrono::seconds;
  const auto since_start = std::chrono::duration_cast<nanoseconds>(time.time_since_epoch());
  if (since_start.count() < 0) return {};
  return {.tv_sec = static_cast<time_t>(since_start / seconds(1)),
          .tv_nsec = static_cast<long>((since_start % seconds(1)).count())};
}

}  // namespace

void Event::set() noexcept {
  has_happened_.store(1, std::memory_order_release);  // release: see the header
  syscall(SYS_futex, &has_happened_, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
}

bool Event::wait(const Deadline& deadline) const noexcept {
  const timespec end = deadline ? to_timespec(*deadline) : timespec{};
  while (has_happened_.load(std::memory_order_acquire) == 0) {  // acquire: see the header
    if (deadline && std::chrono::steady_clock::now() >= *deadline) return false;
    syscall(SYS_futex, &has_happened_, FUTEX_WAIT_BITSET_PRIVATE, 0, deadline ? &end : nullptr, nullptr,
            FUTEX_BITSET_MATCH_ANY);
  }
  return true;
}

}  // namespace narthex::detail
