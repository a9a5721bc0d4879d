#include "case.h"
#include "threads.h"

namespace narthex::bench {
namespace {

// One increment by one of a counter without labels, through a kept handle.
const Case counter_inc("counter_inc", kAll, to_eight_threads, [](benchmark::State& state, auto& client) {
  const Pinned pinned(state.thread_index());
  const auto counter = client.counter();
  for (auto _ : state) client.inc(counter);
});

// The same for one of several series of a family.
const Case labelled_inc("counter_inc_labelled", kAllAndExpiring, to_two_threads,
                        [](benchmark::State& state, auto& client) {
                          const Pinned pinned(state.thread_index());
                          const auto family = client.counter_by_status();
                          for (const Status& status : kStatuses) client.inc(client.at(family, status));
                          const auto counter = client.at(family, kStatuses.front());
                          for (auto _ : state) client.inc(counter);
                        });

}  // namespace
}  // namespace narthex::bench
