// Exemplars: the trace of one of the events behind a number.

#include <cstdio>
#include <string>

#include <narthex/narthex.h>

namespace {

thread_local std::string current_trace;  // stands for the context of a tracing library

}  // namespace

int main() {
  // With the update.
  narthex::Registry registry;
  const narthex::Counter requests = registry.counter({.name = "requests_total", .help = "Requests served."});
  const narthex::Histogram latency = registry.histogram({.name = "latency_seconds", .help = "Latency."});
  requests.inc(1, {{"trace_id", "4bf92f3577b34da6"}});
  latency.observe(0.042, {{"trace_id", "4bf92f3577b34da6"}, {"span_id", "00f067aa0ba902b7"}});

  // Automatically: plain updates call the function. A counter or bucket takes at most one new exemplar between two
  // scrapes.
  narthex::Registry traced(
      {.exemplars = {.labels = [] {
         return current_trace.empty() ? narthex::Labels() : narthex::Labels{{"trace_id", current_trace}};
       }}});
  const narthex::Counter pages = traced.counter({.name = "pages_total", .help = "Pages served."});
  current_trace = "0af7651916cd43dd";
  pages.inc();

  const narthex::ExpositionRequest openmetrics = {.accept = "application/openmetrics-text;version=1.0.0"};
  std::printf("%s", narthex::expose(traced, openmetrics).body.c_str());
}
