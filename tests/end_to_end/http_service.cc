// Serves a counter of the lines of standard input with HttpExporter, and a collector that takes a time:
//   http_service <addresses> <milliseconds of the collector> [<web configuration file>]

#include <chrono>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <thread>

#include <narthex/http_exporter.h>
#include <narthex/narthex.h>

namespace {

// Counts its calls, each of which takes the same time.
class SlowCollector final : public narthex::Collector {
 public:
  explicit SlowCollector(std::chrono::milliseconds time) : time_(time) {}

  std::string_view name() const override { return "slow"; }

  void collect(narthex::Sink& sink) override {
    std::this_thread::sleep_for(time_);
    sink.begin_family({.name = "slow_collector_calls_total",
                       .help = "Calls of the slow collector.",
                       .type = narthex::MetricType::counter});
    sink.counter({}, ++calls_);
  }

 private:
  std::chrono::milliseconds time_;
  int calls_ = 0;
};

}  // namespace

int main(int argc, char** argv) try {
  narthex::Registry registry;
  const narthex::Counter lines = registry.counter({.name = "lines_read_total", .help = "Lines read."});
  registry.add(narthex::LibraryCollector(registry));
  registry.add(SlowCollector(std::chrono::milliseconds(std::stoi(argv[2]))));
  narthex::HttpExporter exporter(registry, {.listen = argv[1], .web_config_file = argc > 3 ? argv[3] : ""});
  exporter.handle("/healthz", [](const narthex::HttpExporter::Request&) -> narthex::HttpExporter::Response {
    return {.body = "ok\n"};
  });
  for (const std::string& address : exporter.addresses()) std::printf("listening on %s\n", address.c_str());
  std::fflush(stdout);
  for (int c = 0; (c = std::getchar()) != EOF;) {
    if (c == '\n') lines.inc();
  }
} catch (const std::exception& error) {
  std::fprintf(stderr, "http_service: %s\n", error.what());
  return 1;
}
