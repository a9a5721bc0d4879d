#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include <isa-l/igzip_lib.h>
#include <narthex/exposition.h>

#include "case.h"
#include "changing_counters.h"
#include "scrapes.h"

namespace narthex::bench {
namespace {

void once(benchmark::internal::Benchmark* benchmark) { benchmark->UseManualTime()->Unit(benchmark::kMicrosecond); }

void ten_thousand_series(benchmark::internal::Benchmark* benchmark) {
  once(benchmark);
  benchmark->ArgName("series")->Arg(10'000);
}

// The counters of text_counters in another format, in a buffer that is used again.
void scrape_as(benchmark::State& state, const ExpositionRequest& request, auto& client) {
  ChangingCounters counters(client, static_cast<std::size_t>(state.range()));
  Exposition reply;
  client.scrape(reply, request);
  scrapes(state, counters, [&] { client.scrape(reply, request); });
}

const Case openmetrics("openmetrics_counters", kNarthexAlone, ten_thousand_series,
                       [](benchmark::State& state, auto& client) {
                         scrape_as(state, {.accept = "application/openmetrics-text"}, client);
                       });

const Case openmetrics2("openmetrics2_counters", kNarthexAlone, ten_thousand_series,
                        [](benchmark::State& state, auto& client) {
                          scrape_as(state, {.accept = "application/openmetrics-text;version=2.0.0"}, client);
                        });

const Case protobuf("protobuf_counters", kNarthexAlone, ten_thousand_series, [](benchmark::State& state, auto& client) {
  scrape_as(state,
            {.accept = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"},
            client);
});

// The limit of a compressed text: ISA-L on the same text, with the level and the memory that narthex uses.
class Compressor : public Narthex {
 public:
  static constexpr const char* kName = "limit";

  // Returns the size of the compressed text.
  std::size_t compress(const std::string& text) {
    isal_deflate_init(&stream_);
    stream_.gzip_flag = IGZIP_GZIP;
    stream_.level = 1;
    stream_.level_buf = level_buffer_.data();
    stream_.level_buf_size = static_cast<std::uint32_t>(level_buffer_.size());
    stream_.end_of_stream = 1;
    // ISA-L only reads the input; its interface lacks the const.
    stream_.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
    stream_.avail_in = static_cast<std::uint32_t>(text.size());
    compressed_.resize(text.size());
    stream_.next_out = compressed_.data();
    stream_.avail_out = static_cast<std::uint32_t>(compressed_.size());
    isal_deflate(&stream_);
    return compressed_.size() - stream_.avail_out;
  }

 private:
  isal_zstream stream_;
  std::array<std::uint8_t, ISAL_DEF_LVL1_SMALL> level_buffer_;
  std::vector<std::uint8_t> compressed_;
};

const Case gzip("gzip_counters", kNarthexAlone, ten_thousand_series, [](benchmark::State& state, auto& client) {
  scrape_as(state, {.accept = "text/plain", .accept_encoding = "gzip"}, client);
});

const Case compression("gzip_counters", ClientList<Compressor>(), ten_thousand_series,
                       [](benchmark::State& state, auto& client) {
                         ChangingCounters counters(client, static_cast<std::size_t>(state.range()));
                         Exposition reply;
                         for (auto _ : state) {
                           counters.change();
                           client.scrape(reply);
                           state.SetIterationTime(
                               seconds_of([&] { benchmark::DoNotOptimize(client.compress(reply.body)); }));
                         }
                         state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(counters.samples()));
                       });

// Texts of many small families, and of few large ones.
template <std::size_t kFamilies, std::size_t kSeries>
void scrape_families(benchmark::State& state, auto& client) {
  ChangingCounters counters(client, kFamilies, kSeries);
  typename std::remove_reference_t<decltype(client)>::Reply reply;
  client.scrape(reply);
  scrapes(state, counters, [&] { client.scrape(reply); });
}

const Case small_families("text_families", kWithLimit, once,
                          [](benchmark::State& state, auto& client) { scrape_families<1'000, 1>(state, client); });

const Case large_families("text_large_families", kWithLimit, once,
                          [](benchmark::State& state, auto& client) { scrape_families<10, 100'000>(state, client); });

}  // namespace
}  // namespace narthex::bench
