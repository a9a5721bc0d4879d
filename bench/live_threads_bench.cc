#include <cstddef>
#include <cstdint>
#include <thread>
#include <type_traits>
#include <vector>

#include "case.h"
#include "live_threads.h"
#include "stopwatch.h"

namespace narthex::bench {
namespace {

constexpr std::size_t kCounters = 1000;

// Many more updates than a counter needs to become hot, and a thread to get a cell.
constexpr int kUpdatesBeforeThreads = 5000;
constexpr int kUpdatesPerThread = 200;

void live_threads(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("live")->RangeMultiplier(4)->Range(1, 64)->UseManualTime()->Unit(benchmark::kMicrosecond);
}

// The text of 1,000 hot counters after updates by this number of live threads: the cost of a thread for a scrape.
const Case scrape_threads("scrape_live_threads", kClients, live_threads, [](benchmark::State& state, auto& client) {
  using Client = std::remove_reference_t<decltype(client)>;
  const auto family = client.counter_by_route();
  std::vector<decltype(client.counter())> counters;
  for (const Route& route : routes(kCounters)) counters.push_back(client.at(family, route));
  const auto update_each = [&counters](int times) {
    for (int i = 0; i < times; ++i) {
      for (const auto& counter : counters) Client::inc(counter);
    }
  };
  typename Client::Reply reply;
  for (int i = 0; i < 2; ++i) {
    update_each(kUpdatesBeforeThreads);
    client.scrape(reply);
  }

  const LiveThreads live(static_cast<int>(state.range()), [&](int /*thread*/) { update_each(kUpdatesPerThread); });
  for (auto _ : state) {
    update_each(1);
    state.SetIterationTime(seconds_of([&] { client.scrape(reply); }));
  }
});

void beside_live_threads(benchmark::internal::Benchmark* benchmark) {
  constexpr int kStarts = 2000;  // fixed, because the live threads of each run take longer to start
  benchmark->ArgName("live")->Arg(1)->Arg(10'000)->Iterations(kStarts)->UseRealTime()->Unit(benchmark::kMicrosecond);
}

// The start of a thread, one update of a hot counter, and the end of the thread, while other threads that have updated
// the counter are alive.
const Case thread_start("thread_start", kAll, beside_live_threads, [](benchmark::State& state, auto& client) {
  const auto counter = client.counter();
  for (int i = 0; i < kUpdatesBeforeThreads; ++i) client.inc(counter);
  const auto update = [&client, &counter](int /*thread*/) { client.inc(counter); };
  const LiveThreads live(static_cast<int>(state.range()), update);
  for (auto _ : state) std::jthread(update, 0);
});

}  // namespace
}  // namespace narthex::bench
