#include "case.h"
#include "threads.h"

namespace narthex::bench {
namespace {

// One set() with a different value each time.
const Case gauge_set("gauge_set", kAll, to_two_threads, [](benchmark::State& state, auto& client) {
  const Pinned pinned(state.thread_index());
  const auto gauge = client.gauge();
  double value = 0;
  for (auto _ : state) client.set(gauge, ++value);
});

// One increment by one, as for a gauge of requests in flight that all threads share.
const Case gauge_inc("gauge_inc", kAll, to_two_threads, [](benchmark::State& state, auto& client) {
  const Pinned pinned(state.thread_index());
  const auto gauge = client.gauge();
  for (auto _ : state) client.inc(gauge);
});

// Increments and operations of another kind in turn, on a gauge that was hot before its first set().
template <int kIncrements, int kOthers, class Other>
void take_turns(benchmark::State& state, auto& client, Other other) {
  constexpr int kHot = 50'000;  // many more increments than a gauge needs to become hot
  const Pinned pinned(state.thread_index());
  const auto gauge = client.gauge();
  for (int i = 0; i < kHot; ++i) client.inc(gauge);
  client.set(gauge, 0);
  int turn = 0;
  for (auto _ : state) {
    if (turn < kIncrements) {
      client.inc(gauge);
    } else {
      other(client, gauge, turn);
    }
    if (++turn == kIncrements + kOthers) turn = 0;
  }
}

// For each mix: how many increments in a row, and how many of the others.
template <int kIncrements, int kSets>
void mix_sets(benchmark::State& state, auto& client) {
  take_turns<kIncrements, kSets>(state, client, [](auto& shared, auto& gauge, int value) { shared.set(gauge, value); });
}
const Case sets("gauge_sets", kGauges, to_eight_threads,
                [](auto& state, auto& client) { mix_sets<0, 1>(state, client); });
const Case incs("gauge_incs", kGauges, to_eight_threads,
                [](auto& state, auto& client) { mix_sets<1, 0>(state, client); });
const Case by_1("gauge_by_1", kGauges, to_eight_threads,
                [](auto& state, auto& client) { mix_sets<1, 1>(state, client); });
const Case by_10("gauge_by_10", kGauges, to_eight_threads,
                 [](auto& state, auto& client) { mix_sets<10, 10>(state, client); });
const Case by_1000("gauge_by_1000", kGauges, to_eight_threads,
                   [](auto& state, auto& client) { mix_sets<1000, 1000>(state, client); });
const Case read("gauge_read", kGauges, to_eight_threads, [](auto& state, auto& client) {
  take_turns<1, 1>(state, client,
                   [](auto& shared, auto& gauge, int) { benchmark::DoNotOptimize(shared.value(gauge)); });
});

}  // namespace
}  // namespace narthex::bench
