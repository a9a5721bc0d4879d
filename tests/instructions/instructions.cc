// Repeats one kind of work, so that valgrind can count its instructions: instructions WORK TIMES.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include <narthex/narthex.h>
#include <narthex/remote_write_exporter.h>

namespace {

using Work = std::function<void(narthex::Registry&, int times)>;

// Updates after which eight metrics are hot, and their thread has cells.
constexpr int kWarmUp = 40'000;

template <class Update>
void warmed_up(int times, Update update) {
  for (int i = 0; i < kWarmUp + times; ++i) update(i);
}

void counter(narthex::Registry& registry, int times) {
  const narthex::Counter counter = registry.counter({.name = "c_total", .help = "C."});
  warmed_up(times, [&](int) { counter.inc(); });
}

// valgrind counts only the instructions inside of this function, and so not those of a thread that pushes.
[[gnu::noinline]] void loop_of_increments(const narthex::Counter& counter, int times) {
  for (int i = 0; i < kWarmUp + times; ++i) counter.inc();
}

void counter_alone(narthex::Registry& registry, int times) {
  loop_of_increments(registry.counter({.name = "c_total", .help = "C."}), times);
}

void counter_beside_push(narthex::Registry& registry, int times) {
  const narthex::Counter counter = registry.counter({.name = "c_total", .help = "C."});
  narthex::RemoteWriteExporter exporter(registry, {.url = "http://127.0.0.1:9/no/receiver",
                                                   .job = "instructions",
                                                   .interval = std::chrono::milliseconds(100),
                                                   .shutdown_timeout = std::chrono::milliseconds(0),
                                                   .diagnostic = [](std::string_view) {}});
  static_cast<void>(exporter.flush(std::chrono::milliseconds(0)));  // begins a push, and does not wait for it
  loop_of_increments(counter, times);
}

void gauge(narthex::Registry& registry, int times) {
  const narthex::Gauge gauge = registry.gauge({.name = "g", .help = "G."});
  warmed_up(times, [&](int) { gauge.inc(); });
}

void gauge_set(narthex::Registry& registry, int times) {
  const narthex::Gauge gauge = registry.gauge({.name = "g", .help = "G."});
  warmed_up(times, [&](int i) { gauge.set(i); });
}

// A gauge that was hot before it was set.
void gauge_set_after_inc(narthex::Registry& registry, int times) {
  const narthex::Gauge gauge = registry.gauge({.name = "g", .help = "G."});
  for (int i = 0; i < kWarmUp; ++i) gauge.inc();
  warmed_up(times, [&](int i) { gauge.set(i); });
}

void histogram(narthex::Registry& registry, int times) {
  const narthex::Histogram histogram = registry.histogram({.name = "h", .help = "H."});
  warmed_up(times, [&](int i) { histogram.observe(i % 8); });
}

void native_histogram(narthex::Registry& registry, int times) {
  const narthex::Histogram histogram = registry.histogram({.name = "h", .help = "H.", .native = {}});
  warmed_up(times, [&](int i) { histogram.observe(1 + i % 8); });
}

void lookup(narthex::Registry& registry, int times) {
  const auto family = registry.counter({.name = "c_total", .help = "C."}, {"method", "code"});
  warmed_up(times, [&](int i) { family.labels("GET", 200 + i % 8).inc(); });
}

enum class Method { get, put };
std::string_view to_string(Method method) { return method == Method::get ? "GET" : "PUT"; }

enum class Code { ok, not_found, error };
const char* to_string(Code code) { return code == Code::ok ? "200" : code == Code::error ? "500" : "404"; }

void closed(narthex::Registry& registry, int times) {
  const narthex::EnumFamily<narthex::Counter, Method, Code> family =
      registry.counter({.name = "c_total", .help = "C."}, narthex::enum_label<Method, 2>("method"),
                       narthex::enum_label<Code, 3>("code"));
  warmed_up(times, [&](int) { family.at(Method::put, Code::error).inc(); });
}

void lookup_texts(narthex::Registry& registry, int times) {
  constexpr std::string_view kCodes[] = {"200", "201", "204", "301", "304", "400", "404", "500"};
  const auto family = registry.counter({.name = "c_total", .help = "C."}, {"method", "code"});
  warmed_up(times, [&](int i) { family.labels("GET", kCodes[i % 8]).inc(); });
}

// Values that are hashed as texts, of 8 to 29 bytes.
void lookup_long_texts(narthex::Registry& registry, int times) {
  constexpr std::string_view kPaths[] = {"/api/v1/customers", "/healthz",         "/api/v1/customers/addresses",
                                         "/metrics/federate", "/api/v1/orders",   "/api/v1/orders/positions/total",
                                         "/favicon.ico",      "/api/v2/customers"};
  const auto family = registry.counter({.name = "c_total", .help = "C."}, {"path", "zone"});
  warmed_up(times, [&](int i) { family.labels(kPaths[i % 8], "eu-central-1").inc(); });
}

// Label values beyond max_series.
void lookup_miss(narthex::Registry& registry, int times) {
  const auto family = registry.counter({.name = "c_total", .help = "C.", .max_series = 8}, {"method", "code"});
  for (int i = 0; i < 8; ++i) family.labels("GET", 200 + i).inc();
  warmed_up(times, [&](int i) { family.labels("PUT", 200 + i % 8).inc(); });
}

void new_series(narthex::Registry& registry, int times) {
  const auto family =
      registry.counter({.name = "c_total", .help = "C.", .max_series = 0}, {"path", "customer", "code"});
  for (int i = 0; i < times; ++i) family.labels("/api/v1/customers", 1'000'000 + i, 200).inc();
}

// valgrind counts only the instructions inside of this function. Those that create the series depend on their hashes,
// which are random.
[[gnu::noinline]] void loop_of_scrapes(const narthex::Registry& registry, int times,
                                       const narthex::ExpositionRequest& request) {
  narthex::Exposition reply;
  for (int i = 0; i < times; ++i) narthex::expose(registry, request, reply);
}

// TIMES samples of a thousand series, in a text that is used again.
template <int kSeries = 1'000>
void scrape(narthex::Registry& registry, int samples, std::string_view accept) {
  const auto family = registry.counter({.name = "c_total", .help = "C."}, {"method", "path"});
  for (int i = 0; i < kSeries; ++i) family.labels("GET", i).inc(i);
  loop_of_scrapes(registry, samples / kSeries, {.accept = std::string(accept)});
}

// The Accept header of a Prometheus with native histograms.
constexpr std::string_view kProtobuf =
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";

}  // namespace

int main(int argc, char** argv) {
  const std::map<std::string_view, Work> works{
      {"counter", counter},
      {"counter_alone", counter_alone},
      {"counter_beside_push", counter_beside_push},
      {"gauge", gauge},
      {"gauge_set", gauge_set},
      {"gauge_set_after_inc", gauge_set_after_inc},
      {"histogram", histogram},
      {"native_histogram", native_histogram},
      {"lookup", lookup},
      {"closed", closed},
      {"lookup_texts", lookup_texts},
      {"lookup_long_texts", lookup_long_texts},
      {"lookup_miss", lookup_miss},
      {"new_series", new_series},
      {"text", [](auto& registry, int times) { scrape(registry, times, "text/plain"); }},
      {"openmetrics", [](auto& registry, int times) { scrape(registry, times, "application/openmetrics-text"); }},
      {"protobuf", [](auto& registry, int times) { scrape(registry, times, kProtobuf); }},
  };
  const auto work = argc == 3 ? works.find(argv[1]) : works.end();
  const int times = argc == 3 ? std::atoi(argv[2]) : 0;
  if (work == works.end() || times < 1) {
    std::fputs("usage: instructions WORK TIMES\n", stderr);
    return 2;
  }
  narthex::Registry registry;
  work->second(registry, times);
}
