#include <array>
#include <cstdio>
#include <string_view>

#include <narthex/narthex.h>

// Serves the families of another registry. The other registry must not serve this one in turn: neither would be freed.
class RegistryCollector : public narthex::Collector {
 public:
  explicit RegistryCollector(const narthex::Registry& other) : other_(other) {}
  std::string_view name() const override { return "other_registry"; }
  void collect(narthex::Sink& sink) override { other_.collect(sink); }

 private:
  narthex::Registry other_;
};

int main() {
  narthex::Registry service({.labels = {{"zone", "b"}}});
  service.counter({.name = "orders_total", .help = "Orders received."}).inc(3);
  narthex::Registry library;
  library.gauge({.name = "cache_entries", .help = "Entries in the cache."}).set(20);

  std::puts("For a server of your own:");
  const std::array<narthex::Registry, 2> both = {service, library};
  std::fputs(narthex::expose(both).body.c_str(), stdout);

  std::puts("\nFor an exporter, which takes one registry for each path:");
  service.add(RegistryCollector(library));
  std::fputs(narthex::expose(service).body.c_str(), stdout);
}
