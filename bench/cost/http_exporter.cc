// The program with HttpExporter whose size scripts/bench measures.
#include <narthex/http_exporter.h>
#include <narthex/narthex.h>
#include <unistd.h>

int main() {
  const narthex::Registry registry;
  const auto jobs = registry.counter({.name = "jobs_total", .help = "Jobs completed."}, {"kind"});
  jobs.labels("import").inc();
  const narthex::HttpExporter exporter(registry, {.listen = "127.0.0.1:0"});
  ::pause();
}
