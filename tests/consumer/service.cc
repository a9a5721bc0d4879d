// The program of a user outside of the tree. It uses the whole public interface once and serves it.
#include <cstdio>
#include <string>

#include <narthex/narthex.h>

#ifdef WITH_CIVETWEB
#include <narthex/civetweb_exporter.h>
using Exporter = narthex::CivetwebExporter;
#else
#include <narthex/http_exporter.h>
using Exporter = narthex::HttpExporter;
#endif

int main() {
  narthex::Registry registry;

  narthex::Counter hits = registry.counter({.name = "access_log_total", .help = "Access log lines received."});
  hits.inc();
  hits.inc(2.5);

  narthex::Gauge clients =
      registry.gauge({.name = "access_client_ip_current", .help = "Distinct client addresses seen."});
  clients.set(3);
  clients.inc();
  clients.dec(2);

  narthex::Gauge started = registry.gauge({.name = "start_timestamp_seconds", .help = "When the service started."});
  started.set_to_current_time();

  narthex::Histogram latency = registry.histogram({.name = "http_request_duration_seconds",
                                                   .help = "Time to answer a request.",
                                                   .buckets = narthex::exponential_buckets(0.001, 2, 14)});
  latency.observe(0.042);
  { narthex::Timer timer(latency); }

  auto requests = registry.counter({.name = "http_requests_total", .help = "Requests answered."}, {"method", "code"});
  requests.labels("GET", 200).inc();
  narthex::Counter ok = requests.labels("GET", 200);
  auto also_ok = requests.labels("GET", 200);
  also_ok.inc();
  requests.labels("PUT", 500).inc();
  requests.remove("PUT", 500);
  ok.inc();

  std::string body = narthex::to_text(registry);
  narthex::Exposition reply = narthex::expose(registry, {.accept = "text/plain", .accept_encoding = "gzip"});
  if (body.empty() || reply.content_type.empty()) return 1;

  Exporter exporter(registry, {.listen = "127.0.0.1:0"});
  std::printf("%d\n", exporter.port());
  std::fflush(stdout);
  std::getchar();  // serves until the end of standard input
  return hits.value() == 3.5 && clients.value() == 2 && ok.value() == 3 ? 0 : 1;
}
