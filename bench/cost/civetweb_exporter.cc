// The program with CivetwebExporter whose size scripts/bench measures.
#include <narthex/civetweb_exporter.h>
#include <narthex/narthex.h>
#include <unistd.h>

int main() {
  const narthex::Registry registry;
  const auto jobs = registry.counter({.name = "jobs_total", .help = "Jobs completed."}, {"kind"});
  jobs.labels("import").inc();
  const narthex::CivetwebExporter exporter(registry, {.listen = "127.0.0.1:0"});
  ::pause();
}
