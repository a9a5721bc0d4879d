#pragma once

#include <sched.h>

#include <benchmark/benchmark.h>

namespace narthex::bench {

// One thread shows the cost without contention, two threads need two cores. Google Benchmark reports the duration
// divided by the operations of all threads. Multiplied by the number of threads, it is the time of one operation.
inline void to_two_threads(benchmark::internal::Benchmark* benchmark) {
  benchmark->Threads(1)->Threads(2)->UseRealTime();
}

// More threads than cores show whether waiting threads delay running ones.
inline void to_eight_threads(benchmark::internal::Benchmark* benchmark) { benchmark->ThreadRange(1, 8)->UseRealTime(); }

// Binds the calling thread to one core until the end of the scope. Threads with different numbers get different cores
// as far as there are enough. Otherwise the kernel may run them on the same core, which hides contention.
class Pinned {
 public:
  explicit Pinned(int thread) noexcept {
    ::sched_getaffinity(0, sizeof allowed_, &allowed_);
    int skip = thread % CPU_COUNT(&allowed_);
    int core = 0;
    while (!CPU_ISSET(core, &allowed_) || skip-- > 0) ++core;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(core, &one);
    ::sched_setaffinity(0, sizeof one, &one);
  }
  Pinned(const Pinned&) = delete;
  Pinned& operator=(const Pinned&) = delete;
  ~Pinned() { ::sched_setaffinity(0, sizeof allowed_, &allowed_); }

 private:
  cpu_set_t allowed_{};
};

}  // namespace narthex::bench
