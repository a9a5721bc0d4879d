#include <benchmark/benchmark.h>

#include <chrono>
#include <cstddef>

#include "case.h"
#include "changing_counters.h"
#include "otlp/noting_sink.h"
#include "otlp/otlp_encoder.h"
#include "remote_write/new_exemplars.h"
#include "remote_write/series_sink.h"
#include "remote_write/write_request_v1.h"
#include "remote_write/write_request_v2.h"
#include "scrapes.h"

namespace narthex::bench {
namespace {

// A push without the network: a collection, its encoding, its compression, and the search for series that are gone.

constexpr detail::PushTime kTime{std::chrono::milliseconds(1'700'000'000'000)};

class OtlpPush {
 public:
  void encode(const Registry& registry) {
    encoder_.begin(kTime);
    series_.begin();
    detail::otlp::NotingSink sink(encoder_, series_);
    registry.collect(sink);
    series_.find_removed([this](const auto&... removed) { encoder_.add_stale(removed...); });
    encoder_.end();
    series_.commit();
    benchmark::DoNotOptimize(encoder_.requests());
  }

 private:
  detail::otlp::OtlpEncoder encoder_{{}};
  detail::SentSeries series_;
};

template <class Writer>
class RemoteWritePush {
 public:
  void encode(const Registry& registry) {
    Writer writer;
    detail::SeriesParts parts(writer, {}, {{"job", "bench"}, {"instance", "one"}});
    series_.begin();
    exemplars_.begin();
    detail::SeriesSink sink(parts, series_, exemplars_, {.time = kTime});
    registry.collect(sink);
    benchmark::DoNotOptimize(parts.requests().take());
    series_.commit();
    exemplars_.commit();
  }

 private:
  detail::SentSeries series_;
  detail::NewExemplars exemplars_;
};

template <class Push>
void push(benchmark::State& state, auto& client) {
  ChangingCounters counters(client, static_cast<std::size_t>(state.range()));
  Push pushed;
  pushed.encode(client.registry());
  scrapes(state, counters, [&] { pushed.encode(client.registry()); });
}

void by_series(benchmark::internal::Benchmark* benchmark) {
  benchmark->UseManualTime()->Unit(benchmark::kMicrosecond)->ArgName("series")->Arg(10'000)->Arg(1'000'000);
}

const Case otlp("push_otlp", kNarthexAlone, by_series,
                [](benchmark::State& state, auto& client) { push<OtlpPush>(state, client); });
const Case remote_write_1("push_remote_write_1", kNarthexAlone, by_series, [](benchmark::State& state, auto& client) {
  push<RemoteWritePush<detail::WriteRequestV1>>(state, client);
});
const Case remote_write_2("push_remote_write_2", kNarthexAlone, by_series, [](benchmark::State& state, auto& client) {
  push<RemoteWritePush<detail::WriteRequestV2>>(state, client);
});

}  // namespace
}  // namespace narthex::bench
