#include <cstddef>

#include "case.h"

namespace narthex::bench {
namespace {

// One increment without a kept handle: find the series of two label values, of 16 in turn, and add one to it.
const Case lookup_inc("lookup_inc", all_thread_counts, [](benchmark::State& state, auto& run) {
  auto& client = run.client();
  const auto family = client.counter_by_status();
  for (const Status& status : kStatuses) client.inc(family, status);
  Wheel statuses(kStatuses, state.thread_index());
  for (auto _ : state) client.inc(family, statuses.next());
});

// So many by each thread that the growth of a family counts and the waking of the threads does not; so few that memory
// which the previous family gave back is used again, and the system is not asked for more.
constexpr std::size_t kNewSeries = 1000;

void new_series(benchmark::internal::Benchmark* benchmark) {
  all_thread_counts(benchmark);
  benchmark->Unit(benchmark::kMicrosecond);
}

// 1000 new series of a family with three labels, which starts empty; threads make different ones. Microseconds are
// nanoseconds of one series.
const Case make_series("make_series", new_series, [](benchmark::State& state, auto& run) {
  const auto made = routes(kNewSeries, kNewSeries * static_cast<std::size_t>(state.thread_index()));
  for (auto _ : state) {
    state.PauseTiming();
    auto& client = run.renew();
    const auto family = client.counter_by_route();
    state.ResumeTiming();
    for (const Route& route : made) benchmark::DoNotOptimize(client.at(family, route));
  }
});

}  // namespace
}  // namespace narthex::bench
