// The program with CivetwebExporter whose size scripts/bench measures. tests/unused_code sets WEB_CONFIG_FILE.
#include <narthex/civetweb_exporter.h>
#include <narthex/narthex.h>
#include <unistd.h>

int main() {
  const narthex::Registry registry;
  const auto jobs = registry.counter({.name = "jobs_total", .help = "Jobs completed."}, {"kind"});
  jobs.labels("import").inc();
#ifdef WEB_CONFIG_FILE
  const narthex::CivetwebExporter exporter(registry, {.listen = "127.0.0.1:0", .web_config_file = WEB_CONFIG_FILE});
#else
  const narthex::CivetwebExporter exporter(registry, {.listen = "127.0.0.1:0"});
#endif
  ::pause();
}
