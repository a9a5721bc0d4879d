#include <cstdio>

#include <narthex/narthex.h>

int main() {
  narthex::Registry registry;
  auto jobs = registry.counter({.name = "jobs_total", .help = "Jobs done, by result."}, {"result"});
  for (const char* result : {"ok", "failed", "cancelled"}) jobs.labels(result).inc(0);  // served from the first scrape

  jobs.labels("ok").inc();
  std::fputs(narthex::to_text(registry).c_str(), stdout);
}
