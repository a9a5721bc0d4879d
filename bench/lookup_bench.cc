#include <algorithm>
#include <cstddef>
#include <random>
#include <vector>

#include "case.h"
#include "threads.h"

namespace narthex::bench {
namespace {

// One increment without a kept handle: find the series of two label values, one of 16 in turn, and add one to it.
const Case lookup_inc("lookup_inc", kAllAndExpiring, to_eight_threads, [](benchmark::State& state, auto& client) {
  const Pinned pinned(state.thread_index());
  const auto family = client.counter_by_status();
  for (const Status& status : kStatuses) client.inc(family, status);
  Wheel statuses(kStatuses, state.thread_index());
  for (auto _ : state) client.inc(family, statuses.next());
});

// A fixed number of lookups. A family of a million series takes seconds to create, and Google Benchmark would create it
// again for each estimate of the number of iterations.
void lookup_sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("series")->RangeMultiplier(10)->Range(10, 1'000'000)->Iterations(1 << 18)->UseRealTime();
}

// The same in families of any size, with three labels. The label values are read in sequence, which the caches
// prefetch. The series were created in another order, which they cannot prefetch.
const Case lookup_by_size("lookup_by_size", kClients, lookup_sizes, [](benchmark::State& state, auto& client) {
  const auto family = client.counter_by_route();
  const std::vector<Route> made = routes(static_cast<std::size_t>(state.range()));
  std::vector<const Route*> shuffled;
  for (const Route& route : made) shuffled.push_back(&route);
  std::ranges::shuffle(shuffled, std::mt19937());  // the same order in every run
  for (const Route* route : shuffled) client.inc(family, *route);

  auto route = made.begin();
  for (auto _ : state) {
    client.inc(family, *route);
    if (++route == made.end()) route = made.begin();
  }
});

}  // namespace
}  // namespace narthex::bench
