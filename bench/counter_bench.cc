#include "case.h"

namespace narthex::bench {
namespace {

// One increment by one of a counter without labels, through a kept handle.
const Case counter_inc("counter_inc", all_thread_counts, [](benchmark::State& state, auto& run) {
  auto& client = run.client();
  const auto counter = client.counter();
  for (auto _ : state) client.inc(counter);
});

// The same of one series among others of its family.
const Case counter_inc_labelled("counter_inc_labelled", all_thread_counts, [](benchmark::State& state, auto& run) {
  auto& client = run.client();
  const auto family = client.counter_by_status();
  for (const Status& status : kStatuses) client.inc(family, status);
  const auto counter = client.at(family, kStatuses.front());
  for (auto _ : state) client.inc(counter);
});

}  // namespace
}  // namespace narthex::bench
