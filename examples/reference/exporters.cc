// The exporters.

#include <cstdio>

#include <narthex/civetweb_exporter.h>
#include <narthex/http_exporter.h>
#include <narthex/narthex.h>
#include <narthex/pushgateway_exporter.h>
#include <narthex/textfile.h>

int main() {
  narthex::Registry registry;
  registry.counter({.name = "jobs_total", .help = "Jobs done."}).inc();
  const narthex::Registry internals;

  // HTTP: serves from construction to destruction.
  narthex::HttpExporter exporter(registry, {.listen = "127.0.0.1:0, unix:metrics.sock"});  // 0: any free port
  exporter.add(internals, "/internals");  // a second registry, a second path
  exporter.handle("/healthz", [](const narthex::HttpExporter::Request&) -> narthex::HttpExporter::Response {
    return {.body = "ok\n"};
  });
  std::printf("addresses: %zu\n", exporter.addresses().size());

  // HTTP with civetweb, for services that have it already.
  const narthex::CivetwebExporter civetweb(registry, {.listen = "127.0.0.1:0"});

  // A file for the textfile collector of node_exporter. It is replaced as a whole.
  narthex::write_textfile(registry, "jobs.prom");

  // A Pushgateway. No Pushgateway listens here, so the push fails.
  const narthex::PushgatewayExporter gateway(
      registry, {.url = "http://127.0.0.1:9", .job = "backup", .grouping = {{"instance", "web-1"}}, .attempts = 1});
  try {
    gateway.push();  // add() keeps other metrics of the group, remove() deletes the group
  } catch (const narthex::PushError&) {
    std::printf("the push failed\n");
  }
}
