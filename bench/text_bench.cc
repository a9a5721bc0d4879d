#include <cstddef>
#include <string>
#include <vector>

#include "case.h"

namespace narthex::bench {
namespace {

// Scrapes again and again; `change` alters every series in between, untimed, so that no body can be kept. One thread:
// a scrape is one thread's work.
template <class Client, class Change>
void scrape(benchmark::State& state, const Client& client, std::size_t samples, Change change) {
  for (auto _ : state) {
    state.PauseTiming();
    change();
    state.ResumeTiming();
    std::string body = client.scrape();
    benchmark::DoNotOptimize(body);
  }
  using Column = benchmark::Counter;
  state.counters["per_sample"] =
      Column(static_cast<double>(samples), Column::kIsIterationInvariantRate | Column::kInvert);
}

// 1,000 series (80 KB of text) are a service of some size and 10,000 (800 KB) a big one: the time per sample should be
// the same. Fewer would measure the clock, which stops and starts around each scrape.
void counters_range(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("series")->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMicrosecond);
}

// The text of counters with three labels: half of them whole numbers, half with all the digits that a sum of seconds
// has.
const Case text_counters("text_counters", counters_range, [](benchmark::State& state, auto& run) {
  auto& client = run.client();
  const auto family = client.counter_by_route();
  std::vector<decltype(client.counter())> counters;
  for (const Route& route : routes(static_cast<std::size_t>(state.range()))) {
    counters.push_back(client.at(family, route));
  }
  const auto add = [&](double amount) {
    for (std::size_t i = 0; i < counters.size(); ++i) client.inc(counters[i], i % 2 == 0 ? amount : amount / 3);
  };
  add(12'345);
  scrape(state, client, counters.size(), [&] { add(1); });
});

// About as many samples as above: a histogram with 14 buckets is 17 of them, with +Inf, sum and count.
void histograms_range(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("series")->Arg(60)->Arg(600)->Unit(benchmark::kMicrosecond);
}

// The text of histograms with three labels and 14 buckets.
const Case text_histograms("text_histograms", histograms_range, [](benchmark::State& state, auto& run) {
  auto& client = run.client();
  const auto family = client.histogram_by_route();
  std::vector<decltype(client.histogram())> histograms;
  for (const Route& route : routes(static_cast<std::size_t>(state.range()))) {
    histograms.push_back(client.at(family, route));
  }
  Wheel values(latencies(), 0);
  const auto observe_each = [&] {
    for (const auto& histogram : histograms) client.observe(histogram, values.next());
  };
  for (int i = 0; i < 100; ++i) observe_each();
  const std::size_t samples = histograms.size() * (latency_buckets().size() + 3);
  scrape(state, client, samples, observe_each);
});

}  // namespace
}  // namespace narthex::bench
