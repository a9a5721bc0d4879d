// Registries: options, the global registry, constant labels, and several definitions of one name.

#include <cstdio>
#include <string>
#include <string_view>

#include <narthex/narthex.h>

int main() {
  // The registry of the process. It has the collectors of the process, the runtime, the cgroup, and the library.
  narthex::Registry::set_global_collectors({.cgroup = false});
  narthex::Registry::global().counter({.name = "starts_total", .help = "Starts."}).inc();

  // A registry of your own. It starts empty.
  narthex::Registry registry({
      .labels = {{"zone", "b"}},  // on every series
      .diagnostic = [](std::string_view line) { std::printf("%.*s\n", static_cast<int>(line.size()), line.data()); },
      .utf8_names = true,  // allows names such as "disk.io"
  });

  // The same definition again returns the same metric.
  registry.counter({.name = "jobs_total", .help = "Jobs."}).inc();
  registry.counter({.name = "jobs_total", .help = "Jobs."}).inc();

  // Other values of the constant labels make a sibling: a second family under the same name.
  for (const char* pool : {"orders", "users"}) {
    registry.gauge({.name = "pool_connections", .help = "Open connections.", .labels = {{"pool", pool}}}).set(2);
  }
  registry.gauge({.name = "disk.io", .help = "Operations in progress."}).set(1);

  registry.remove("disk.io");  // the whole family; its name can be defined again
  std::printf("%s", narthex::to_text(registry).c_str());
}
