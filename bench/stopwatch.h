#pragma once

#include <chrono>

namespace narthex::bench {

// Returns how long the work takes, in seconds. For what takes microseconds: pausing Google Benchmark's own clock around
// the untimed part costs about one, reading this one some ten nanoseconds.
template <class Work>
double seconds_of(Work work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace narthex::bench
