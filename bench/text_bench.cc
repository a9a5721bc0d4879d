#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "case.h"
#include "changing_counters.h"
#include "scrapes.h"

namespace narthex::bench {
namespace {

// 1,000 series (90 KB of text) are a medium service, 10,000 a large one. A million series fit into no cache.
void counter_sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("series")->RangeMultiplier(10)->Range(1'000, 1'000'000);
  benchmark->UseManualTime()->Unit(benchmark::kMicrosecond);
}

// The text of counters with three labels, in a buffer that is used again if the client supports it.
const Case text_counters("text_counters", kTexts, counter_sizes, [](benchmark::State& state, auto& client) {
  ChangingCounters counters(client, static_cast<std::size_t>(state.range()));
  typename std::remove_reference_t<decltype(client)>::Reply reply;
  client.scrape(reply);
  scrapes(state, counters, [&] { client.scrape(reply); });
});

// The same in a new string.
const Case text_fresh("text_counters_fresh", kWithLimit, counter_sizes, [](benchmark::State& state, auto& client) {
  ChangingCounters counters(client, static_cast<std::size_t>(state.range()));
  for (int i = 0; i < 3; ++i) benchmark::DoNotOptimize(client.text());  // later calls know the approximate size
  scrapes(state, counters, [&] { benchmark::DoNotOptimize(client.text()); });
});

// Histograms with three labels and 14 buckets: 17 lines each, with +Inf, sum, and count.
template <class Client>
class ChangingHistograms {
 public:
  ChangingHistograms(Client& client, std::size_t count) {
    const auto family = client.histogram_by_route();
    histograms_.reserve(count);
    for (std::size_t number = 0; number < count; ++number) histograms_.push_back(client.at(family, route(number)));
    for (int i = 0; i < 100; ++i) change();
  }

  void change() {
    for (const auto& histogram : histograms_) Client::observe(histogram, values_.next());
  }

  std::size_t samples() const { return histograms_.size() * (latency_buckets().size() + 3); }

 private:
  using Histogram = decltype(std::declval<Client&>().histogram());

  std::vector<Histogram> histograms_;
  Wheel<double, std::tuple_size_v<Latencies>> values_{latencies(), 0};
};

void histogram_sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("series")->Arg(10'000)->UseManualTime()->Unit(benchmark::kMicrosecond);
}

const Case text_histograms("text_histograms", kClients + kExposerText, histogram_sizes,
                           [](benchmark::State& state, auto& client) {
                             ChangingHistograms histograms(client, static_cast<std::size_t>(state.range()));
                             typename std::remove_reference_t<decltype(client)>::Reply reply;
                             client.scrape(reply);
                             scrapes(state, histograms, [&] { client.scrape(reply); });
                           });

}  // namespace
}  // namespace narthex::bench
