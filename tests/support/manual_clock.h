#pragma once

#include <chrono>

namespace narthex {

// Stops the clocks of the process while it exists, so that a test advances them instead of waiting. Afterwards the
// clocks show the real time again. It replaces clock_gettime() of the C library for the whole test program; the clocks
// of std::chrono call that function. At most one instance exists at a time.
// Thread safety: advance() and all clocks may be called concurrently.
class ManualClock {
 public:
  ManualClock() noexcept;
  ManualClock(const ManualClock&) = delete;
  ManualClock& operator=(const ManualClock&) = delete;
  ~ManualClock();

  void advance(std::chrono::nanoseconds duration) noexcept;
};

}  // namespace narthex
