#include "case.h"
#include "threads.h"

namespace narthex::bench {
namespace {

void once(benchmark::internal::Benchmark*) {}

// One observation of the metric that `define` returns, with the load of its value from memory.
template <class Define, class Values>
auto observing(Define define, const Values& values) {
  return [define, &values](benchmark::State& state, auto& client) {
    const Pinned pinned(state.thread_index());
    const auto metric = define(client);
    Wheel wheel(values, state.thread_index());
    for (auto _ : state) client.observe(metric, wheel.next());
  };
}

// In 14 buckets: of values that a processor cannot predict, and of few values, most of which it can.
constexpr auto kHistogram = [](auto& client) { return client.histogram(); };
const Case histogram_observe("histogram_observe", kAll, to_two_threads, observing(kHistogram, latencies()));
const Case histogram_rotating("histogram_rotating", kAll, to_two_threads, observing(kHistogram, rotating_latencies()));

// In about 110 exponential buckets. prometheus-cpp has no native histograms.
constexpr auto kNative = [](auto& client) { return client.native_histogram(); };
const Case native_observe("native_observe", kWithLimit, to_two_threads, observing(kNative, latencies()));
const Case native_rotating("native_rotating", kWithLimit, to_two_threads, observing(kNative, rotating_latencies()));

// A summary: a sum and a count. With two quantiles: exponential buckets that are four times as fine.
// Summaries of prometheus-cpp read a clock and forget.
const Case summary_observe("summary_observe", kWithLimit, to_two_threads,
                           observing([](auto& client) { return client.summary(); }, latencies()));
const Case quantiles_observe("quantiles_observe", kWithLimit, to_two_threads,
                             observing([](auto& client) { return client.summary_with_quantiles(); }, latencies()));

// A quantile that the program reads, of 1,000 observations.
template <class Define>
auto reading_quantile(Define define) {
  return [define](benchmark::State& state, auto& client) {
    const auto metric = define(client);
    Wheel wheel(latencies(), 0);
    for (int i = 0; i < 1000; ++i) metric.observe(wheel.next());
    for (auto _ : state) benchmark::DoNotOptimize(metric.quantile(0.99));
  };
}
const Case histogram_quantile("histogram_quantile", kNarthexAlone, once, reading_quantile(kHistogram));
const Case native_quantile("native_quantile", kNarthexAlone, once, reading_quantile(kNative));
const Case summary_quantile("summary_quantile", kNarthexAlone, once,
                            reading_quantile([](auto& client) { return client.summary_with_quantiles(); }));

}  // namespace
}  // namespace narthex::bench
