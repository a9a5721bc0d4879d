#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

#include <narthex/http_exporter.h>
#include <narthex/narthex.h>
#include <narthex/textfile.h>

namespace {

int work() { return 42; }

void cheat_sheet() {
  // Registries
  narthex::Registry& global = narthex::Registry::global();  // of the process; has the process_* metrics already
  narthex::Registry registry({.labels = {{"zone", "b"}}});  // your own; these labels are on every series
  registry.add(narthex::ProcessCollector());                // process_* metrics for your own registry
  registry.add(narthex::LibraryCollector(registry));        // what narthex counts about itself

  // Metrics. The fields of the options come in the order of the struct. `name` and `help` are required.
  narthex::Counter hits = registry.counter({.name = "hits_total", .help = "Hits."});
  narthex::Counter errors = registry.counter({.name = "errors_total", .help = "Errors."});
  narthex::Gauge queued = registry.gauge({.name = "queued_jobs", .help = "Jobs that wait."});
  narthex::Histogram latency =
      registry.histogram({.name = "latency_seconds", .help = "Latency.", .buckets = {0.01, 0.1, 1}});
  narthex::Histogram sizes = registry.histogram({.name = "size_bytes", .help = "Sizes.", .native = {}});
  narthex::Summary waits = registry.summary({.name = "wait_seconds", .help = "Waits.", .quantiles = {0.5, 0.99}});
  narthex::StateSet state = registry.state_set({.name = "job_state", .help = "State.", .states = {"idle", "busy"}});
  registry.info({.name = "build_info", .help = "Build.", .labels = {{"revision", "ab12"}}});
  narthex::Registration depth =
      registry.gauge_function({.name = "depth", .help = "Depth."}, [] { return 7.0; });  // called by each scrape

  // Families: one series for each combination of label values
  narthex::Family<narthex::Counter, 2> requests =
      registry.counter({.name = "requests_total", .help = "Requests."}, {"method", "code"});
  narthex::Family<narthex::Counter, 1> clients = registry.counter({.name = "client_requests_total",
                                                                   .help = "Requests by client.",
                                                                   .max_series = 1000,
                                                                   .idle_timeout = std::chrono::hours(1)},
                                                                  {"client"});
  narthex::DynamicFamily<narthex::Gauge> dynamic = registry.gauge(
      {.name = "weight", .help = "Weights."}, std::vector<std::string>{"tenant"});  // names known at run time only
  narthex::EnumFamily<narthex::Counter, std::size_t> results =
      registry.counter({.name = "results_total", .help = "Results."},
                       narthex::text_label<"ok", "failed">("result"));  // values known at compile time; also enum_label

  // Updates
  hits.inc();
  hits.inc(2.5);
  queued.set(3);
  queued.dec();
  queued.set_to_current_time();
  latency.observe(0.042);
  latency.observe(0.042, {{"trace_id", "4bf92f3577b34da6"}});  // with an exemplar
  sizes.observe(512);
  waits.observe(0.003);
  state.set("busy");
  requests.labels("GET", 200).inc();                      // strings, integers, bool, enums with a to_string()
  narthex::Counter get_ok = requests.labels("GET", 200);  // keep it: the fastest way to update a series
  requests.labels("POST", 500).inc(0);                    // starts the series at 0
  clients.labels("10.0.0.7").inc();
  dynamic.labels({"acme"}).set(1);
  results.at(1).inc();  // an array index: nearly as fast as a kept handle

  // Blocks of code
  latency.time(work);                                 // observes the seconds that work() takes, returns what it returns
  { const narthex::Timer timer(latency); }            // observes the seconds of the block
  { const narthex::InFlight in_flight(queued); }      // 1 up now, 1 down at the end of the block
  errors.count_exceptions<std::runtime_error>(work);  // counts the exceptions that leave work()

  // Reading and removing
  queued.set(hits.value());
  if (const auto found = requests.find("PUT", 200)) queued.set(found->value());  // find() creates no series
  requests.remove("GET", 200);                     // one series; `get_ok` may still be used, and is not served any more
  requests.remove_matching({{"method", "POST"}});  // all series with this label value
  requests.clear();                                // all series
  registry.remove("hits_total");                   // the whole family

  // Serving
  const std::string text = narthex::to_text(registry);
  const narthex::Exposition reply = narthex::expose(registry, {.accept = "application/openmetrics-text"});
  narthex::HttpExporter exporter(registry, {.listen = "127.0.0.1:0"});  // port 0 takes a free one
  exporter.add(global, "/process");                                     // one more registry on a path of its own
  queued.set(exporter.port());
  narthex::write_textfile(registry, "metrics.prom");  // for the textfile collector of node_exporter
}

}  // namespace

int main() { cheat_sheet(); }
