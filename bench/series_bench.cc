#include <cstddef>
#include <type_traits>

#include "case.h"
#include "stopwatch.h"

namespace narthex::bench {
namespace {

// As many as a family gets that somebody lets grow: the growing of its table counts too.
constexpr std::size_t kNewSeries = 100'000;

void timed_by_hand(benchmark::internal::Benchmark* benchmark) {
  benchmark->UseManualTime()->Unit(benchmark::kMillisecond);
}

// New series of a family with three labels, which starts empty.
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
