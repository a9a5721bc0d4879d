#include <string>

#include "case.h"
#include "threads.h"
#include "versus/own_exemplars.h"

namespace narthex::bench {
namespace {

constexpr ClientList<Narthex, OwnExemplars> kWithExemplar;
constexpr ClientList<NarthexUnsampled, NarthexSampled> kTraced;

// One increment by one with an exemplar: a trace id of 32 digits.
const Case inc_with_exemplar("counter_inc_exemplar", kWithExemplar, to_two_threads,
                             [](benchmark::State& state, auto& client) {
                               const Pinned pinned(state.thread_index());
                               const auto counter = client.counter();
                               const std::string trace_id = kTraceId;
                               for (auto _ : state) client.inc(counter, trace_id);
                             });

// One observation with the same, in 14 buckets.
const Case observe_with_exemplar("histogram_observe_exemplar", kWithExemplar, to_two_threads,
                                 [](benchmark::State& state, auto& client) {
                                   const Pinned pinned(state.thread_index());
                                   const auto histogram = client.histogram();
                                   const std::string trace_id = kTraceId;
                                   Wheel values(latencies(), state.thread_index());
                                   for (auto _ : state) client.observe(histogram, values.next(), trace_id);
                                 });

// Plain updates in a registry with an exemplar function.
const Case traced_inc("counter_inc_traced", kTraced, to_two_threads, [](benchmark::State& state, auto& client) {
  const Pinned pinned(state.thread_index());
  const auto counter = client.counter();
  for (auto _ : state) client.inc(counter);
});
const Case traced_observe("histogram_observe_traced", kTraced, to_two_threads,
                          [](benchmark::State& state, auto& client) {
                            const Pinned pinned(state.thread_index());
                            const auto histogram = client.histogram();
                            Wheel values(latencies(), state.thread_index());
                            for (auto _ : state) client.observe(histogram, values.next());
                          });

}  // namespace
}  // namespace narthex::bench
