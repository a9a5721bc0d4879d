// Pushes metrics of every type, and serves the same on a port that it prints:
//
//   push_service otlp URL [exponential]
//
// Each line of standard input is a command: "flush" pushes, and prints whether the receiver has taken everything;
// "remove" removes a series and a family. At the end of the input, the exporter pushes for the last time.

#include <chrono>
#include <cstdio>
#include <exception>
#include <functional>
#include <iostream>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <narthex/http_exporter.h>
#include <narthex/narthex.h>
#include <narthex/otlp_exporter.h>

namespace {

using namespace std::string_literals;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::chrono::seconds kTimeout{10};

const std::vector<std::string> kAwkward{"",      "plain", "say \"x\"", "back\\slash\\n", "line\nfeed", "c\rr",
                                        "ta\tb", "n\0l"s, "{},=# ",    " # {a=\"b\"} 1", "Größe",      "\U0001F525",
                                        "\\",    "\"",    "ends in \\"};
const std::vector<double> kNumbers{0, -0.0, -0.5, kNaN, kInfinity, -kInfinity, 999'999, 1'000'000, 0.1 + 0.2, 1e-300};

narthex::LabelText trace() {
  return narthex::LabelText::of(
      {{"trace_id", "4bf92f3577b34da6a3ce929d0e0e4736"}, {"span_id", "00f067aa0ba902b7"}, {"user", "u 1"}});
}

// Types that only collectors have, and a sample with a time.
class Rest final : public narthex::Collector {
 public:
  std::string_view name() const override { return "rest"; }
  void collect(narthex::Sink& sink) override {
    sink.begin_family({.name = "timed", .help = "With a time.", .type = narthex::MetricType::gauge});
    sink.gauge({}, 7, started_);
    const narthex::Exemplar exemplar{trace_, 0.25, started_};
    sink.begin_family({.name = "traced_total", .help = "With an exemplar.", .type = narthex::MetricType::counter});
    sink.counter({}, {3, {}, &exemplar});
  }

 private:
  const narthex::LabelText trace_ = trace();
  const narthex::Timestamp started_ = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
};

void observe(const narthex::Histogram& histogram) {
  for (const double value : {0.002, 0.3, 0.75, 0.75, 40.0}) histogram.observe(value);
}

// Defines metrics of every type with fixed values. Returns a family whose series may be removed.
narthex::Family<narthex::Counter, 2> define(const narthex::Registry& registry) {
  const auto awkward =
      registry.counter({.name = "awkward_total", .help = "Say \"x\" \\ and\nmore."}, {"number", "value"});
  for (std::size_t i = 0; i < kAwkward.size(); ++i) awkward.labels(i, kAwkward[i]).inc(static_cast<double>(i) + 0.5);
  const auto numbers = registry.gauge({.name = "numbers", .help = "Numbers."}, {"number"});
  for (std::size_t i = 0; i < kNumbers.size(); ++i) numbers.labels(i).set(kNumbers[i]);
  observe(registry.histogram(
      {.name = "classic_seconds", .help = "Classic.", .unit = "seconds", .buckets = {0.005, 1, 10}}));
  observe(registry.histogram({.name = "native_seconds",
                              .help = "Native.",
                              .unit = "seconds",
                              .buckets = {},
                              .native = {.growth_factor = 1.1}}));
  observe(registry.histogram({.name = "both_seconds",
                              .help = "Both.",
                              .unit = "seconds",
                              .buckets = {0.005, 1, 10},
                              .native = {.growth_factor = 2}}));
  registry.gauge_histogram({.name = "waiting_seconds", .help = "Waiting.", .unit = "seconds", .buckets = {1}}).inc(0.5);
  const auto replies =
      registry.summary({.name = "reply_bytes", .help = "Replies.", .unit = "bytes", .quantiles = {0.5}}, {"path"});
  for (const double value : {1.0, 2.0, 3.0}) replies.labels("/").observe(value);
  registry.info({.name = "build_info", .help = "Build."}, {"revision"}).labels("4f\\2");
  registry.state_set({.name = "mode", .help = "Mode.", .states = {"on", "off \"now\""}}).set("on", true);
  registry.unknown({.name = "mystery", .help = "Not known."}).set(42);
  registry.add(Rest());
  return awkward;
}

// Returns a function that pushes, and owns the exporter.
std::function<bool()> start(const std::vector<std::string>& words, const narthex::Registry& registry) {
  if (words.size() < 2 || words[0] != "otlp") throw std::invalid_argument("usage: push_service otlp URL [exponential]");
  auto exporter = std::make_shared<narthex::OtlpExporter>(
      registry,
      narthex::OtlpOptions{
          .metrics_endpoint = words[1],
          .resource = {{"service.name", "shop"}, {"service.namespace", "eu"}, {"service.instance.id", "web-1"}},
          .interval = std::chrono::hours(1),
          .exponential_histograms = words.size() > 2 && words[2] == "exponential"});
  return [exporter] { return exporter->flush(kTimeout); };
}

}  // namespace

int main(int argc, char** argv) try {
  const narthex::Registry registry({.labels = {{"zone", "b"}}});
  const auto awkward = define(registry);
  const narthex::HttpExporter served(registry, {.listen = "127.0.0.1:0"});
  auto push = start({argv + 1, argv + argc}, registry);
  std::printf("listening on %s\n", served.addresses()[0].c_str());
  std::fflush(stdout);
  for (std::string command; std::getline(std::cin, command);) {
    if (command == "flush") std::printf("flushed: %s\n", push() ? "yes" : "no");
    if (command == "remove") {
      awkward.remove(1, "plain");
      registry.remove("classic_seconds");
      std::printf("removed\n");
    }
    std::fflush(stdout);
  }
} catch (const std::exception& error) {
  std::fprintf(stderr, "push_service: %s\n", error.what());
  return 1;
}
