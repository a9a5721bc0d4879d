#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include <benchmark/benchmark.h>

#include "narthex_client.h"
#include "run.h"
#ifdef NARTHEX_BENCH_PROMETHEUS_CPP
#include "versus/prometheus_cpp_client.h"
#endif

namespace narthex::bench {

// Registers one measurement for every client when the program starts: `<name>/narthex`, `<name>/prometheus_cpp`.
// The measurement is a generic callable (benchmark::State&, Run<Client>&), written once, so that all clients do the
// same work in the same loop.
class Case {
 public:
  template <class Measurement>
  Case(const std::string& name, void (*ranges)(benchmark::internal::Benchmark*), Measurement measure) {
    add<Narthex>(name, ranges, measure);
#ifdef NARTHEX_BENCH_PROMETHEUS_CPP
    add<PrometheusCpp>(name, ranges, measure);
#endif
  }

 private:
  template <class Client, class Measurement>
  static void add(const std::string& name, void (*ranges)(benchmark::internal::Benchmark*), Measurement measure) {
    static std::optional<Run<Client>> run;
    benchmark::RegisterBenchmark((name + '/' + Client::kName).c_str(),
                                 [measure](benchmark::State& state) { measure(state, *run); })
        ->Setup([](const benchmark::State& state) { run.emplace(state.threads()); })
        ->Teardown([](const benchmark::State&) { run.reset(); })
        ->Apply(ranges);
  }
};

// From one thread, the cost without contention, to as many as run at once here; more would measure the scheduler.
// The time column divides the duration by the operations of all threads: time x threads is how long one operation takes
// its thread, and time alone falls with the number of threads if it scales. The CPU column is the work in it; where CPU
// is less than time x threads, threads waited, for a lock or, on a busy machine, for a core.
inline void all_thread_counts(benchmark::internal::Benchmark* benchmark) {
  benchmark->ThreadRange(1, std::max(1, benchmark::CPUInfo::Get().num_cpus));
}

}  // namespace narthex::bench
