// Pushes metrics of every type with Remote Write, and serves them on a free port too. Commands on standard input:
//   inc      increments steps_total, and is answered with `incremented`
//   remove   removes the series removed{zone="b"}, and is answered with `removed`
//   flush    pushes, and is answered with `pushed` or `not pushed`
//   end      ends the exporter and the program, and is answered with `ended`
//
// usage: remote_write_service URL VERSION INTERVAL_MS NATIVE      VERSION: 1, 2, or auto; NATIVE: 0 or 1

#include <chrono>
#include <csignal>
#include <iostream>
#include <limits>
#include <optional>
#include <string>

#include <narthex/http_exporter.h>
#include <narthex/narthex.h>
#include <narthex/remote_write_exporter.h>

namespace {

const std::string kAwkward[] = {"",           "plain", "say \"x\"", "back\\slash\\n", "line\nfeed",
                                "c\rr",       "ta\tb", "{},=# ",    " # {a=\"b\"} 1", "Größe",
                                "\U0001F525", "\\",    "\"",        "ends in \\"};

void define_values(const narthex::Registry& registry) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const auto awkward = registry.gauge({.name = "awkward", .help = "Say \"x\" \\ and\nmore."}, {"number", "value"});
  int number = 0;
  for (const std::string& value : kAwkward) {
    awkward.labels(std::to_string(number), value).set(number + 0.5);
    ++number;
  }
  const auto numbers = registry.gauge({.name = "numbers", .help = "Special numbers."}, {"Name"});
  numbers.labels("zero").set(0);
  numbers.labels("minus zero").set(-0.0);
  numbers.labels("NaN").set(std::numeric_limits<double>::quiet_NaN());
  numbers.labels("+Inf").set(kInfinity);
  numbers.labels("-Inf").set(-kInfinity);
  numbers.labels("smallest").set(std::numeric_limits<double>::denorm_min());
  numbers.labels("largest").set(std::numeric_limits<double>::max());
  numbers.labels("sum").set(0.1 + 0.2);
  registry.unknown({.name = "things", .help = "Things."}).set(2.5);
  registry.info({.name = "build_info", .help = "Build.", .labels = {{"version", "1.2"}}});
  registry.state_set({.name = "Mode", .help = "Mode.", .states = {"idle", "busy"}}).set("busy", true);
}

void define_distributions(const narthex::Registry& registry) {
  const auto classic = registry.histogram(
      {.name = "classic_seconds", .help = "Classic.", .unit = "seconds", .buckets = {0, 0.5, 1, 1e6}}, {"m"});
  const auto native = registry.histogram({.name = "native_seconds", .help = "Native.", .native = {}});
  const auto both = registry.histogram({.name = "both", .help = "Both.", .buckets = {1, 2}, .native = {}});
  const auto gauges = registry.gauge_histogram({.name = "queue", .help = "Queue.", .buckets = {1, 10}});
  const auto summary = registry.summary({.name = "sizes", .help = "Sizes.", .quantiles = {0.5, 1}});
  registry.summary({.name = "nothing", .help = "Nothing yet.", .quantiles = {0.5}});
  for (const double value : {0.0, 0.25, 0.5, 7.0, 2e6}) {
    classic.labels("get").observe(value, {{"trace_id", "ab12"}});
    native.observe(value, {{"trace_id", "cd34"}});
    both.observe(value);
    gauges.inc(value);
    summary.observe(value);
  }
  both.observe(-3);
}

narthex::RemoteWriteVersion version_of(const std::string& text) {
  if (text == "1") return narthex::RemoteWriteVersion::v1;
  return text == "2" ? narthex::RemoteWriteVersion::v2 : narthex::RemoteWriteVersion::automatic;
}

}  // namespace

int main(int, char** arguments) {
  narthex::Registry registry;
  define_values(registry);
  define_distributions(registry);
  const narthex::Counter steps = registry.counter({.name = "steps_total", .help = "Steps."});
  steps.inc(1, {{"trace_id", "ef56"}});
  const auto removed = registry.gauge({.name = "removed", .help = "Removed."}, {"zone"});
  removed.labels("a").set(1);
  removed.labels("b").set(2);

  const narthex::HttpExporter exporter(registry, {.listen = "127.0.0.1:0"});
  std::optional<narthex::RemoteWriteExporter> writer;
  writer.emplace(registry, narthex::RemoteWriteOptions{.url = arguments[1],
                                                       .job = "pushed",
                                                       .instance = "here",
                                                       .version = version_of(arguments[2]),
                                                       .interval = std::chrono::milliseconds(std::stoi(arguments[3])),
                                                       .native_histograms = std::string(arguments[4]) == "1"});
  std::cout << "http://" << exporter.addresses().front() << std::endl;
  for (std::string command; std::cin >> command && command != "end";) {
    if (command == "inc") {
      steps.inc();
      std::cout << "incremented" << std::endl;
    } else if (command == "remove") {
      removed.remove("b");
      std::cout << "removed" << std::endl;
    } else {
      std::cout << (writer->flush(std::chrono::seconds(10)) ? "pushed" : "not pushed") << std::endl;
    }
  }
  writer.reset();
  std::signal(SIGTERM, SIG_IGN);  // the exit code is 0 from here on
  std::cout << "ended" << std::endl;
}
