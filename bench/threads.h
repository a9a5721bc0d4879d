#pragma once

#include <sched.h>

#include <benchmark/benchmark.h>

namespace narthex::bench {

// From one thread, the cost without contention, to two, which need two cores. The time that Google Benchmark reports
// is the duration divided by the operations of all threads; times the number of threads it is what one operation takes
// its thread.
inline void to_two_threads(benchmark::internal::Benchmark* benchmark) {
  benchmark->Threads(1)->Threads(2)->UseRealTime();
}

// Further, to more threads than cores, which shows whether waiting threads hold up running ones.
inline void to_eight_threads(benchmark::internal::Benchmark* benchmark) { benchmark->ThreadRange(1, 8)->UseRealTime(); }

// Keeps the calling thread on one core, and lets it go at the end of the scope. Threads with different numbers get
// different cores while there are some; left alone, the kernel may put them on the same one, which hides contention.
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
