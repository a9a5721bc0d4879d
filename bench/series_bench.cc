#include <cstddef>
#include <type_traits>

#include "case.h"
#include "stopwatch.h"

namespace narthex::bench {
namespace {

// The size of an unlimited family. The growth of its table is part of the measurement.
constexpr std::size_t kNewSeries = 100'000;

void timed_by_hand(benchmark::internal::Benchmark* benchmark) {
  benchmark->UseManualTime()->Unit(benchmark::kMillisecond);
}

// New series of an empty family with three labels.
const Case make_series("make_series", kAll, timed_by_hand, [](benchmark::State& state, auto& client) {
  const auto made = routes(kNewSeries);
  for (auto _ : state) {
    std::remove_reference_t<decltype(client)> empty;
    const auto family = empty.counter_by_route();
    state.SetIterationTime(seconds_of([&] {
      for (const Route& route : made) benchmark::DoNotOptimize(empty.at(family, route));
    }));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kNewSeries));
});

}  // namespace
}  // namespace narthex::bench
