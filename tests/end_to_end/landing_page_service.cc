// Serves every kind of metric with values that move in a known way, for the test of the landing page:
//   landing_page_service [--port <port>] [--series <number>] [--web-config <file>]
// Prints "listening on http://127.0.0.1:<port>". `--series` adds this many series: half of them in one family, and a
// family for each of the others.

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <limits>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <narthex/http_exporter.h>
#include <narthex/narthex.h>

namespace {

constexpr int kStepsPerSecond = 100;
constexpr double kStep = 1.0 / kStepsPerSecond;

struct Options {
  std::string listen = "127.0.0.1:0";
  std::string web_config_file{};
  int series = 0;
};

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--port") options.listen = std::string("127.0.0.1:") + argv[i + 1];
    if (name == "--series") options.series = std::atoi(argv[i + 1]);
    if (name == "--web-config") options.web_config_file = argv[i + 1];
  }
  return options;
}

void define_constants(const narthex::Registry& registry) {
  registry.info({.name = "build_info", .help = "Build of the service.", .labels = {{"version", "2.4.1"}}});
  registry.gauge({.name = "not_a_number", .help = "NaN."}).set(std::numeric_limits<double>::quiet_NaN());
  registry.gauge({.name = "endless", .help = "Positive infinity."}).set(std::numeric_limits<double>::infinity());
  const auto hostile = registry.gauge(
      {.name = "hostile", .help = "<b>Values</b> of an \"untrusted\" client \\ line\nbreak."}, {"value"});
  hostile.labels("<img src=x onerror=\"document.title='owned'\">").set(1);
  hostile.labels("back\\slash \"quoted\"\nsecond line").set(2);
  hostile.labels("gr\u00f6\u00dfe \u20ac \u2028hostile{value=\"forged\"} 9").set(3);
}

// Metrics that change 100 times a second.
class Moving {
 public:
  explicit Moving(const narthex::Registry& registry) : registry_(registry) { state_.set("idle"); }

  void step() {
    ++steps_;
    steady_.inc();
    codes_.labels("200").inc(3);
    if (steps_ % 4 == 0) codes_.labels("500").inc();
    depth_.set(steps_ % 50);
    const double value = 0.001 * (steps_ % 100 * 37 % 100 + 0.5);  // all values in any 100 steps
    classic_.observe(value);
    native_.observe(value);
    summary_.observe(value);
    state_.set(steps_ / kStepsPerSecond % 2 == 0 ? "idle" : "running");
  }

 private:
  const narthex::Registry& registry_;
  const narthex::Counter steady_ = registry_.counter({.name = "steady_total", .help = "Rises by 100 a second."});
  const narthex::Family<narthex::Counter, 1> codes_ =
      registry_.counter({.name = "http_requests_total", .help = "HTTP requests answered."}, {"code"});
  const narthex::Gauge depth_ = registry_.gauge({.name = "queue_depth", .help = "Counts from 0 to 49 twice a second."});
  const narthex::Histogram classic_ = registry_.histogram({.name = "http_request_duration_seconds",
                                                           .help = "Values between 0 and 0.1, all equally frequent.",
                                                           .buckets = {0.01, 0.02, 0.05, 0.08, 0.1, 1}});
  const narthex::Histogram native_ =
      registry_.histogram({.name = "native_seconds", .help = "The same in native buckets.", .native = {}});
  const narthex::Summary summary_ =
      registry_.summary({.name = "summary_seconds", .help = "The same as quantiles.", .quantiles = {0.5, 0.99}});
  const narthex::StateSet state_ =
      registry_.state_set({.name = "worker_state", .help = "State of the worker.", .states = {"idle", "running"}});
  int steps_ = 0;
};

// Series that change with every step, so that each scrape has new values.
class Load {
 public:
  Load(const narthex::Registry& registry, int series) {
    const auto shards =
        registry.counter({.name = "load_total", .help = "Load of a shard.", .max_series = 0}, {"shard"});
    for (int i = 0; i < series / 2; ++i) {
      counters_.push_back(shards.labels(i));
      const std::string number = std::to_string(100'000 + i).substr(1);
      gauges_.push_back(registry.gauge({.name = "load_" + number, .help = "One of many families."}));
    }
  }

  void step(double time) {
    for (std::size_t i = 0; i < gauges_.size(); ++i) {
      counters_[i].inc(static_cast<double>(i % 10));
      gauges_[i].set(std::sin(time + static_cast<double>(i)));
    }
  }

 private:
  std::vector<narthex::Counter> counters_;
  std::vector<narthex::Gauge> gauges_;
};

}  // namespace

int main(int argc, char** argv) {
  try {
    const Options options = parse(argc, argv);
    narthex::Registry registry;
    registry.add(narthex::ProcessCollector());
    define_constants(registry);
    Moving moving(registry);
    Load load(registry, options.series);
    narthex::Registry internals;
    internals.counter({.name = "internal_total", .help = "On the second path."}).inc(7);
    narthex::HttpExporter exporter(registry, {.listen = options.listen, .web_config_file = options.web_config_file});
    exporter.add(internals, "/internals");
    exporter.handle("/healthz", [](const auto&) { return narthex::HttpExporter::Response{.body = "ok"}; });
    std::printf("listening on http://127.0.0.1:%d\n", exporter.port());
    std::fflush(stdout);

    const auto start = std::chrono::steady_clock::now();
    for (int step = 1;; ++step) {  // until a signal ends the process
      moving.step();
      load.step(step * kStep);
      std::this_thread::sleep_until(start + step * std::chrono::milliseconds(1000 / kStepsPerSecond));
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
