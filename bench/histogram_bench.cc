#include "case.h"
#include "threads.h"

namespace narthex::bench {
namespace {

// One observation of the metric that `define` returns, with the load of its value from memory.
template <class Define>
auto observing(Define define) {
  return [define](benchmark::State& state, auto& client) {
    const Pinned pinned(state.thread_index());
    const auto metric = define(client);
    Wheel values(latencies(), state.thread_index());
    for (auto _ : state) client.observe(metric, values.next());
  };
}

// In 14 buckets.
const Case histogram_observe("histogram_observe", kAll, to_two_threads,
                             observing([](auto& client) { return client.histogram(); }));

// In about 110 exponential buckets.
const Case native_observe("native_observe", kNarthexAlone, to_two_threads,
                          observing([](auto& client) { return client.native_histogram(); }));

// A summary: a sum and a count. With two quantiles: exponential buckets that are four times as fine.
const Case summary_observe("summary_observe", kNarthexAlone, to_two_threads,
                           observing([](auto& client) { return client.summary({}); }));
const Case quantiles_observe("quantiles_observe", kNarthexAlone, to_two_threads, observing([](auto& client) {
                               return client.summary({0.5, 0.99});
                             }));

}  // namespace
}  // namespace narthex::bench
