#pragma once

#include <chrono>

namespace narthex::bench {

// Returns the duration of the work in seconds. For work that takes microseconds: pausing the clock of Google Benchmark
// costs about one microsecond, reading this clock about ten nanoseconds.
template <class Work>
double seconds_of(Work work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace narthex::bench
