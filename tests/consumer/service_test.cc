// A test of a user outside of the tree, without a test framework, and the functions for batch jobs.
#include <narthex/narthex.h>
#include <narthex/pushgateway_exporter.h>
#include <narthex/testing.h>
#include <narthex/textfile.h>

int main() {
  narthex::Registry registry;
  registry.counter({.name = "hits_total", .help = "Hits."}, {"code", "method"}).labels(200, "GET").inc(3);
  narthex::write_textfile(registry, "service_test.prom");
  try {
    narthex::PushgatewayExporter(registry, {.url = "http://127.0.0.1:1", .job = "test", .attempts = 1}).push();
    return 2;  // no server listens there
  } catch (const narthex::PushError&) {
  }
  const bool is_counted = sample(registry, "hits_total", {{"method", "GET"}, {"code", "200"}}) == 3;
  return is_counted && narthex::lint(registry).empty() ? 0 : 1;
}
