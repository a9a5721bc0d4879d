#include "support/manual_clock.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <ctime>

#include <sys/syscall.h>
#include <unistd.h>

namespace narthex {
namespace {

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

// The clocks that stop. A stopped clock shows `stopped_at + advanced`. In nanoseconds.
constexpr std::array kClocks{CLOCK_MONOTONIC, CLOCK_MONOTONIC_COARSE, CLOCK_REALTIME, CLOCK_REALTIME_COARSE};
std::array<std::int64_t, kClocks.size()> stopped_at{};
std::atomic<std::int64_t> advanced{0};
std::atomic<bool> are_stopped{false};

std::int64_t kernel_time(clockid_t clock) noexcept {
  timespec time{};
  ::syscall(SYS_clock_gettime, clock, &time);
  return time.tv_sec * kNanosecondsPerSecond + time.tv_nsec;
}

}  // namespace

ManualClock::ManualClock() noexcept {
  std::transform(kClocks.begin(), kClocks.end(), stopped_at.begin(), kernel_time);
  advanced = 0;
  are_stopped = true;
}

ManualClock::~ManualClock() { are_stopped = false; }

void ManualClock::advance(std::chrono::nanoseconds duration) noexcept { advanced += duration.count(); }

}  // namespace narthex

extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept {
  using namespace narthex;
  const auto found = std::find(kClocks.begin(), kClocks.end(), clock);
  if (!are_stopped || found == kClocks.end()) return static_cast<int>(::syscall(SYS_clock_gettime, clock, time));
  const std::int64_t shown = stopped_at[static_cast<std::size_t>(found - kClocks.begin())] + advanced;
  *time = {.tv_sec = shown / kNanosecondsPerSecond, .tv_nsec = shown % kNanosecondsPerSecond};
  return 0;
}
