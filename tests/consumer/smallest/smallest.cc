// A program on the core alone: counts, and reads its metrics with a request that accepts gzip.

#include <cstdio>
#include <string>

#include <narthex/narthex.h>

int main() {
  narthex::Registry registry;
  const auto jobs = registry.counter({.name = "jobs_total", .help = "Jobs done."}, {"queue"});
  for (int i = 0; i < 100; ++i) jobs.labels("queue of customer " + std::to_string(i)).inc();
  const narthex::Exposition reply = narthex::expose(registry, {.accept_encoding = "gzip"});
  const bool is_complete = reply.body == narthex::to_text(registry);
  std::printf("Content-Encoding: '%s', %zu bytes\n", reply.content_encoding.c_str(), reply.body.size());
  return reply.content_encoding.empty() && is_complete && reply.body.size() > 1'024 ? 0 : 1;
}
