#include "case.h"
#include "threads.h"

namespace narthex::bench {
namespace {

// One observation in 14 buckets, the value included, which is read from memory.
const Case histogram_observe("histogram_observe", kAll, to_two_threads, [](benchmark::State& state, auto& client) {
  const Pinned pinned(state.thread_index());
  const auto histogram = client.histogram();
  Wheel values(latencies(), state.thread_index());
  for (auto _ : state) client.observe(histogram, values.next());
});

}  // namespace
}  // namespace narthex::bench
