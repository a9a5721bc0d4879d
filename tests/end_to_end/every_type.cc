// Writes samples of every type, with all that is awkward about them, in a format to standard output:
//
//   every_type text|openmetrics|openmetrics2|protobuf
//
// What they are is checked by every_type_test.py, with the parsers of others.

#include <chrono>
#include <cstdio>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <narthex/narthex.h>

#include "formats/openmetrics2_writer.h"
#include "formats/openmetrics_writer.h"
#include "formats/protobuf_writer.h"
#include "formats/text_writer.h"

namespace narthex {
namespace {

using namespace std::string_literals;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Timestamp at(std::int64_t ms) {
  return std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(ms));
}

const Timestamp kCreated = at(1700000000500);
const Timestamp kNow = at(1700000060123);

const std::vector<std::string> kAwkward{"",      "plain", "say \"x\"", "back\\slash\\n", "line\nfeed", "c\rr",
                                        "ta\tb", "n\0l"s, "{},=# ",    " # {a=\"b\"} 1", "Größe",      "\U0001F525",
                                        "\\",    "\"",    "ends in \\"};

class EveryType final : public Collector {
 public:
  std::string_view name() const override { return "every_type"; }

  void collect(Sink& sink) override {
    counters(sink);
    gauges(sink);
    histograms(sink);
    native_histograms(sink);
    summaries(sink);
    others(sink);
  }

 private:
  const LabelText trace_ = LabelText::of({{"trace_id", "ab12"}, {"of", R"(a "b"\)"}});
  const LabelText web_ = LabelText::of({{"host", "web-1"}, {"zone", "b"}});

  void counters(Sink& sink) const {
    const Exemplar timed{trace_, 0.25, kNow};
    const Exemplar bare{{}, 1e300, {}};
    sink.begin_family({.name = "awkward_total", .help = "Say \"x\" \\ and\nmore.", .type = MetricType::counter});
    for (std::size_t i = 0; i < kAwkward.size(); ++i) {
      const CounterSample sample{static_cast<double>(i) + 0.5, kCreated, i % 3 == 0 ? &timed : nullptr};
      sink.counter(LabelText::of({{"number", std::to_string(i)}, {"value", kAwkward[i]}}), sample);
    }
    sink.begin_family({.name = "cpu_seconds_total", .help = "CPU.", .unit = "seconds", .type = MetricType::counter});
    sink.counter({}, {1e6, kCreated, &bare}, kNow);
    sink.begin_family({.name = "jobs_done", .help = "Jobs.", .type = MetricType::counter});
    sink.counter(web_, {3, kCreated, &timed});
  }

  void gauges(Sink& sink) const {
    const std::vector<double> values{0,       -0.0,      -0.5,      kNaN,   kInfinity, -kInfinity,
                                     999'999, 1'000'000, 0.1 + 0.2, 1e-300, 5e-324,    1.7976931348623157e308};
    sink.begin_family({.name = "numbers", .help = "Numbers.", .type = MetricType::gauge});
    for (std::size_t i = 0; i < values.size(); ++i) {
      sink.gauge(LabelText::of({{"number", std::to_string(i)}}), values[i], i % 2 == 0 ? kNow : Timestamp());
    }
    sink.begin_family({.name = "silent", .type = MetricType::gauge});
    sink.gauge({}, 1);
    sink.begin_family({.name = "without_samples", .help = "None.", .type = MetricType::gauge});
  }

  void histograms(Sink& sink) const {
    const Exemplar low{trace_, 0.004, kNow};
    const Exemplar high{{}, 2e6, {}};
    const std::vector<Bucket> buckets{{0.005, 1, &low}, {1, 4}, {2.5, 4}, {1e5, 5}, {1e6, 5}, {kInfinity, 6, &high}};
    const std::vector<Bucket> negative{{-1, 2}, {0, 3}};
    sink.begin_family({.name = "rpc_seconds", .help = "RPC.", .unit = "seconds", .type = MetricType::histogram});
    sink.histogram(web_, {buckets, 6, 12.5, nullptr, kCreated});
    sink.histogram({}, {{}, 0, 0, nullptr, kCreated}, kNow);
    sink.begin_family({.name = "drift", .help = "Drift.", .type = MetricType::histogram});
    sink.histogram({}, {negative, 4, -7, nullptr, kCreated});
    sink.begin_family({.name = "waiting_seconds", .help = "Waiting.", .type = MetricType::gauge_histogram});
    sink.gauge_histogram(web_, {buckets, 6, 12.5, nullptr, {}});
  }

  void native_histograms(Sink& sink) const {
    const std::vector<Exemplar> exemplars{{trace_, 1.5, kNow}};
    const std::vector<NativeBucket> positive{{-1, 2}, {0, 1}, {1, 1}, {5, 1}};
    const std::vector<NativeBucket> negative{{3, 2}, {6, 1}, {10, 4}};
    const NativeSample native{.schema = 3,
                              .zero_threshold = 0x1p-128,
                              .zero_count = 1,
                              .negative = negative,
                              .positive = positive,
                              .exemplars = exemplars};
    const NativeSample empty{.schema = 0};
    sink.begin_family({.name = "native_seconds", .help = "Native.", .type = MetricType::histogram});
    sink.histogram(web_, {{}, 13, 10.5, &native, kCreated});
    sink.histogram({}, {{}, 0, 0, &empty, kCreated});
  }

  void summaries(Sink& sink) const {
    const std::vector<Quantile> quantiles{{0, 0.5}, {0.5, kNaN}, {0.99, kInfinity}, {1, 2}};
    sink.begin_family({.name = "reply_seconds", .help = "Replies.", .type = MetricType::summary});
    sink.summary(web_, {quantiles, 2, 3, kCreated});
    sink.summary({}, {{}, std::uint64_t{1} << 40, 1e9, kCreated}, kNow);
  }

  void others(Sink& sink) const {
    const std::vector<State> states{{"on", true}, {"off \"now\"", false}};
    sink.begin_family({.name = "build", .help = "Build.", .type = MetricType::info});
    sink.info(LabelText::of({{"revision", "4f\\2"}}));
    sink.begin_family({.name = "mode", .help = "Mode.", .type = MetricType::state_set});
    sink.state_set(web_, states);
    sink.begin_family({.name = "mystery", .help = "Who knows.", .type = MetricType::unknown});
    sink.unknown({}, 42);
  }
};

// Returns whether there is such a format.
bool write(const Registry& registry, std::string_view format, std::string& text) {
  detail::StringOutput output(text);
  if (format == "text") {
    detail::TextWriter writer(output);
    registry.collect(writer);
  } else if (format == "openmetrics") {
    detail::OpenMetricsWriter writer(output);
    registry.collect(writer);
  } else if (format == "openmetrics2") {
    detail::OpenMetrics2Writer writer(output);
    registry.collect(writer);
  } else if (format == "protobuf") {
    detail::ProtobufWriter writer(output);
    registry.collect(writer);
  } else {
    return false;
  }
  return true;
}

}  // namespace
}  // namespace narthex

int main(int argc, char** argv) {
  narthex::Registry registry;
  registry.add(narthex::EveryType());
  std::string text;
  if (argc != 2 || !narthex::write(registry, argv[1], text)) {
    std::fputs("usage: every_type text|openmetrics|openmetrics2|protobuf\n", stderr);
    return 2;
  }
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() ? 0 : 1;
}
