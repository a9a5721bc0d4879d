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

}  // namespace
}  // namespace narthex::bench
