// A test of a user outside of the tree, without a test framework, and the push exporters.
#include <chrono>
#include <string_view>

#include <narthex/narthex.h>
#include <narthex/pushgateway_exporter.h>
#include <narthex/testing.h>
#include <narthex/textfile.h>

// The recipes of some package managers do not build these exporters.
#if __has_include(<narthex/otlp_exporter.h>) && __has_include(<narthex/remote_write_exporter.h>)
#include <narthex/otlp_exporter.h>
#include <narthex/remote_write_exporter.h>
#define HAS_PUSH_THREADS
#endif

int main() {
  narthex::Registry registry;
  registry.counter({.name = "hits_total", .help = "Hits."}, {"code", "method"}).labels(200, "GET").inc(3);
  narthex::write_textfile(registry, "service_test.prom");
  try {
    narthex::PushgatewayExporter(registry, {.url = "http://127.0.0.1:1", .job = "test", .attempts = 1}).push();
    return 2;  // no server listens there
  } catch (const narthex::PushError&) {
  }
#ifdef HAS_PUSH_THREADS
  const auto ignore = [](std::string_view) {};
  const std::chrono::milliseconds no_time(0);
  const narthex::OtlpExporter otlp(
      registry, {.endpoint = "http://127.0.0.1:1", .shutdown_timeout = no_time, .diagnostic = ignore});
  const narthex::RemoteWriteExporter remote_write(
      registry,
      {.url = "http://127.0.0.1:1/api/v1/write", .job = "test", .shutdown_timeout = no_time, .diagnostic = ignore});
#endif
  const bool is_counted = sample(registry, "hits_total", {{"method", "GET"}, {"code", "200"}}) == 3;
  return is_counted && narthex::lint(registry).empty() ? 0 : 1;
}
