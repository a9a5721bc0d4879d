#include "case.h"

namespace narthex::bench {
namespace {

// One observation in 14 buckets, the value included, which is read from memory.
const Case histogram_observe("histogram_observe", all_thread_counts, [](benchmark::State& state, auto& run) {
  auto& client = run.client();
  const auto histogram = client.histogram();
  Wheel values(latencies(), state.thread_index());
  for (auto _ : state) client.observe(histogram, values.next());
});

}  // namespace
}  // namespace narthex::bench
