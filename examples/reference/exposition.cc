// From a registry to a reply, without an HTTP server.

#include <array>
#include <cstdio>
#include <string>

#include <narthex/narthex.h>

int main() {
  narthex::Registry registry;
  registry.counter({.name = "jobs_total", .help = "Jobs done."}).inc(3);

  // The text format 0.0.4.
  std::printf("%s", narthex::to_text(registry).c_str());

  // A reply for a scraper, in the format that it prefers.
  const narthex::Exposition reply = narthex::expose(
      registry, {.accept = "application/openmetrics-text;version=1.0.0",
                 .accept_encoding = "gzip",
                 .timeout = narthex::parse_scrape_timeout("10"),  // of X-Prometheus-Scrape-Timeout-Seconds
                 .query = "name[]=jobs_total"});
  std::printf("%s\n%s", reply.content_type.c_str(), reply.body.c_str());

  // Several registries in one reply.
  const std::array<narthex::Registry, 2> registries{registry, narthex::Registry::global()};
  const narthex::Exposition both = narthex::expose(registries);

  // A reply whose memory is used again.
  narthex::Exposition kept;
  for (int scrape = 0; scrape < 3; ++scrape) narthex::expose(registry, {}, kept);
  return both.body.size() > kept.body.size() ? 0 : 1;
}
