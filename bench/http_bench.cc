#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <narthex/civetweb_exporter.h>
#ifdef NARTHEX_BENCH_PROMETHEUS_CPP
#include <prometheus/exposer.h>
#endif

#include "case.h"
#include "changing_counters.h"
#include "http_get.h"
#include "stopwatch.h"
#include "versus/fixed_reply.h"

namespace narthex::bench {
namespace {

constexpr std::size_t kCounters = 10'000;

// A client's own server, on a free port of loopback.
template <class Client>
class Server;

template <>
class Server<Narthex> {
 public:
  explicit Server(const Narthex& client) : exporter_(client.registry(), {.listen = "127.0.0.1:0"}) {}
  std::uint16_t port() const { return exporter_.port(); }

 private:
  CivetwebExporter exporter_;
};

#ifdef NARTHEX_BENCH_PROMETHEUS_CPP
template <>
class Server<PrometheusCpp> {
 public:
  explicit Server(const PrometheusCpp& client) { exposer_.RegisterCollectable(client.registry()); }
  std::uint16_t port() const { return static_cast<std::uint16_t>(exposer_.GetListeningPorts().front()); }

 private:
  prometheus::Exposer exposer_{"127.0.0.1:0"};
};
#endif

// Sends what narthex sends.
template <>
class Server<Limit> {
 public:
  explicit Server(const Limit& /*client*/) : server_(reply("identity"), reply("gzip")) {}
  std::uint16_t port() const { return server_.port(); }

 private:
  static std::string reply(const std::string& encoding) {
    Narthex client;
    const ChangingCounters counters(client, kCounters);
    const Exposition exposition = expose(client.registry(), {.accept_encoding = encoding});
    return "HTTP/1.1 200 OK\r\nContent-Encoding: " + encoding +
           "\r\nContent-Length: " + std::to_string(exposition.body.size()) + "\r\n\r\n" + exposition.body;
  }

  FixedReply server_;
};

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

// Requests one after the other, as scrapers send them. All 10,000 counters change in between, untimed. Reports the
// median of the requests of a run beside their mean.
template <class Client>
void get_metrics(benchmark::State& state, Client& client, const std::string& encoding) {
  ChangingCounters counters(client, kCounters);
  const Server<Client> server(client);
  HttpGet get(server.port(), encoding);
  const std::string_view first = get();
  const std::string_view head = first.substr(0, first.find("\r\n\r\n"));
  const bool as_asked = encoding == "identity" || head.find("Content-Encoding: " + encoding) != std::string_view::npos;
  if (!head.starts_with("HTTP/1.1 200 ") || !as_asked) {
    state.SkipWithError(("not answered with 200 and encoding " + encoding).c_str());
    return;
  }
  std::vector<double> seconds;
  for (auto _ : state) {
    counters.change();
    seconds.push_back(seconds_of([&] { benchmark::DoNotOptimize(get()); }));
    state.SetIterationTime(seconds.back());
  }
  state.counters["p50_seconds"] = median(seconds);
}

void timed_by_hand(benchmark::internal::Benchmark* benchmark) {
  benchmark->MinTime(0.5)->UseManualTime()->Unit(benchmark::kMillisecond);  // a dozen requests of the slowest client
}

const Case identity("http_get_identity", kAll, timed_by_hand,
                    [](benchmark::State& state, auto& client) { get_metrics(state, client, "identity"); });

const Case gzip("http_get_gzip", kAll, timed_by_hand,
                [](benchmark::State& state, auto& client) { get_metrics(state, client, "gzip"); });

}  // namespace
}  // namespace narthex::bench
