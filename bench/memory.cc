// Prints a cost in bytes of this process, or in nanoseconds: narthex_memory CLIENT MEASUREMENT. A process measures one
// thing only, because a second measurement would use memory again that the first one has freed.

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "clients.h"
#include "live_threads.h"
#include "resident.h"
#include "stopwatch.h"

namespace narthex::bench {
namespace {

constexpr std::size_t kSeries = 100'000;
constexpr std::size_t kManySeries = 1'000'000;
constexpr int kThreadsOnSeries = 16;
constexpr std::size_t kSeriesOfThread = 10'000;
constexpr int kLiveThreads = 256;
constexpr std::size_t kHotSeries = 10;
constexpr std::size_t kManyHotSeries = 10'000;
constexpr int kManyThreads = 1000;
constexpr int kUpdates = 5000;  // many more than a counter needs to become hot

template <class Client>
struct Counters {
  Client client{};
  decltype(client.counter_by_route()) family = client.counter_by_route();

  void update(const Route& route) { client.inc(family, route); }
};

template <class Client>
struct Histograms {
  Client client{};
  decltype(client.histogram_by_route()) family = client.histogram_by_route();

  void update(const Route& route) { client.observe(family, route, 0.042); }
};

// The limit of a series: an allocation with its numbers and the text of its labels, and a pointer to it.
template <std::size_t kNumbers>
class OwnSeries {
 public:
  OwnSeries() { series_.reserve(kSeries); }

  void update(const Route& route) {
    const std::string labels = fmt::format("{}=\"{}\",{}=\"{}\",{}=\"{}\"", kRouteLabels[2], route.code,  //
                                           kRouteLabels[0], route.method, kRouteLabels[1], route.path);
    constexpr std::size_t kBytesOfNumbers = kNumbers * sizeof(double);
    series_.push_back(std::make_unique<char[]>(kBytesOfNumbers + labels.size()));
    std::ranges::copy(labels, series_.back().get() + kBytesOfNumbers);
  }

 private:
  std::vector<std::unique_ptr<char[]>> series_;
};
using OwnCounters = OwnSeries<1>;
using OwnHistogramSeries = OwnSeries<16>;  // 15 counts and a sum

// Bytes per series, each updated once.
template <class Series>
double per_series() {
  Series series;
  const double before = resident_bytes();
  for (std::size_t number = 0; number < kSeries; ++number) series.update(route(number));
  return (resident_bytes() - before) / kSeries;
}

// The same after a million series were created and removed, while 100,000 were alive. The next one to be removed is
// random, so that the free pieces of memory are scattered.
template <class Client>
double per_churned_series() {
  Counters<Client> counters;
  std::vector<std::size_t> alive(kSeries);
  const double before = resident_bytes();
  for (std::size_t number = 0; number < kSeries; ++number) counters.update(route(alive[number] = number));
  std::mt19937 random;  // the same order in every run
  for (std::size_t number = kSeries; number < kSeries + kManySeries; ++number) {
    std::size_t& removed = alive[random() % kSeries];
    counters.client.remove(counters.family, route(removed));
    counters.update(route(removed = number));
  }
  return (resident_bytes() - before) / kSeries;
}

// The same after 16 live threads have updated 10,000 series once, spread over the family.
template <class Series>
double per_touched_series() {
  Series series;
  const double before = resident_bytes();
  for (std::size_t number = 0; number < kSeries; ++number) series.update(route(number));
  const LiveThreads live(kThreadsOnSeries, [&](int thread) {
    constexpr std::size_t kStep = kSeries / kSeriesOfThread;
    for (std::size_t number = static_cast<std::size_t>(thread) % kStep; number < kSeries; number += kStep) {
      series.update(route(number));
    }
  });
  return (resident_bytes() - before) / kSeries;
}

// Peak bytes of the whole process: a million counters, and one scrape that is not sent yet.
template <class Client>
double peak() {
  Counters<Client> counters;
  for (std::size_t number = 0; number < kManySeries; ++number) counters.update(route(number));
  typename Client::Reply reply;
  counters.client.scrape(reply);
  return peak_bytes();
}

// Ten hot series: counters, and perhaps histograms.
template <class Client, std::size_t kHistograms>
class HotSeries {
 public:
  explicit HotSeries(Client& client) {
    const auto counters = client.counter_by_status();
    for (std::size_t i = kHistograms; i < kHotSeries; ++i) counters_.push_back(client.at(counters, kStatuses[i]));
    if constexpr (kHistograms > 0) {
      const auto histograms = client.histogram_by_route();
      for (std::size_t i = 0; i < kHistograms; ++i) histograms_.push_back(client.at(histograms, route(i)));
    }
  }

  void update() const {
    for (const auto& counter : counters_) Client::inc(counter);
    for (const auto& histogram : histograms_) Client::observe(histogram, 0.042);
  }

 private:
  std::vector<decltype(std::declval<Client>().counter())> counters_;
  std::vector<decltype(std::declval<Client>().histogram())> histograms_;
};

// Bytes per live thread that has updated ten hot series and looked up a series.
template <class Client, std::size_t kHistograms = 0>
double per_thread() {
  Client client;
  const HotSeries<Client, kHistograms> hot(client);
  const auto family = client.counter_by_status();
  const auto update = [&](const Status& status) {
    for (int i = 0; i < kUpdates; ++i) hot.update();
    client.inc(client.at(family, status));
  };
  typename Client::Reply reply;
  for (const Status& status : kStatuses) {
    update(status);
    client.scrape(reply);
  }
  const double before = resident_bytes();
  const LiveThreads live(kLiveThreads,
                         [&](int thread) { update(kStatuses[static_cast<std::size_t>(thread) % kStatuses.size()]); });
  return (resident_bytes() - before) / kLiveThreads;
}

// A million counters, 10,000 of them hot, and a thousand live threads that have updated all hot counters.
template <class Client>
class Stretched {
 public:
  Stretched() {
    for (std::size_t number = 0; number < kManySeries; ++number) {
      counters_.update(route(number));
      if (number < kManyHotSeries) hot_.push_back(counters_.client.at(counters_.family, route(number)));
    }
    for (int i = 0; i < kUpdates; ++i) update_hot();
    live_.emplace(kManyThreads, [this](int /*thread*/) { update_hot(); });
    counters_.client.scrape(reply_);
  }

  void update_hot() {
    for (const auto& counter : hot_) Client::inc(counter);
  }
  void scrape() { counters_.client.scrape(reply_); }

 private:
  Counters<Client> counters_;
  std::vector<decltype(counters_.client.counter())> hot_;
  std::optional<LiveThreads> live_;
  typename Client::Reply reply_;
};

// Peak bytes of the whole process.
template <class Client>
double stretched_peak() {
  const Stretched<Client> stretched;
  return peak_bytes();
}

// Nanoseconds for a scrape.
template <class Client>
double stretched_scrape() {
  Stretched<Client> stretched;
  stretched.update_hot();
  return 1e9 * seconds_of([&] { stretched.scrape(); });
}

using Measurements = std::map<std::string_view, double (*)()>;

template <class Client>
Measurements measurements() {
  return {{"counters", per_series<Counters<Client>>},
          {"counters_churned", per_churned_series<Client>},
          {"counters_touched", per_touched_series<Counters<Client>>},
          {"histograms", per_series<Histograms<Client>>},
          {"histograms_touched", per_touched_series<Histograms<Client>>},
          {"peak", peak<Client>},
          {"stretched", stretched_peak<Client>},
          {"stretched_scrape", stretched_scrape<Client>},
          {"thread", per_thread<Client>},
          {"thread_histograms", per_thread<Client, kHotSeries / 2>}};
}

const std::map<std::string_view, Measurements> kMeasurements{
    {Narthex::kName, measurements<Narthex>()},
#ifdef NARTHEX_BENCH_PROMETHEUS_CPP
    {PrometheusCpp::kName, measurements<PrometheusCpp>()},
#endif
    // The text and the numbers of each series, and a thread that only adds to its own memory.
    {Limit::kName,
     {{"counters", per_series<OwnCounters>},
      {"counters_churned", per_series<OwnCounters>},
      {"counters_touched", per_series<OwnCounters>},
      {"histograms", per_series<OwnHistogramSeries>},
      {"histograms_touched", per_series<OwnHistogramSeries>},
      {"peak", peak<Limit>},
      {"stretched", stretched_peak<Limit>},
      {"stretched_scrape", stretched_scrape<Limit>},
      {"thread", per_thread<Limit>},
      {"thread_histograms", per_thread<Limit>}}},
};

}  // namespace
}  // namespace narthex::bench

int main(int argc, char** argv) {
  try {
    if (argc != 3) throw std::out_of_range("two arguments");
    std::printf("%.0f\n", narthex::bench::kMeasurements.at(argv[1]).at(argv[2])());
  } catch (const std::out_of_range&) {
    std::fputs("usage: narthex_memory CLIENT MEASUREMENT; which there are: the end of bench/memory.cc\n", stderr);
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "narthex_memory: %s\n", error.what());
    return 1;
  }
}
