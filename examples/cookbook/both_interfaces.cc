#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include <narthex/http_exporter.h>
#include <narthex/narthex.h>
#include <narthex/prometheus_cpp.h>
#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/registry.h>

// Uses prometheus-cpp, and is not changed yet.
class Mailer {
 public:
  explicit Mailer(prometheus::Registry& registry)
      : mails_(prometheus::BuildCounter().Name("mails_total").Help("Mails sent.").Register(registry)) {}
  void send(const std::string& server) { mails_.Add({{"server", server}}).Increment(); }

 private:
  prometheus::Family<prometheus::Counter>& mails_;
};

// Used prometheus-cpp before, and uses narthex now.
class Billing {
 public:
  explicit Billing(const narthex::Registry& registry)
      : invoices_(registry.counter({.name = "invoices_total", .help = "Invoices written."}, {"country"})) {}
  void write(std::string_view country) const { invoices_.labels(country).inc(); }

 private:
  narthex::Family<narthex::Counter, 1> invoices_;
};

int main() {
  const auto old_registry = std::make_shared<prometheus::Registry>();
  const narthex::Registry registry;
  Mailer mailer(*old_registry);
  const Billing billing(registry);
  mailer.send("a");
  billing.write("PT");

  {  // First, the Exposer serves both registries. It does not keep `collectable` alive.
    prometheus::Exposer exposer("127.0.0.1:0");
    const auto collectable = narthex::prometheus_collectable(registry);
    exposer.RegisterCollectable(old_registry);
    exposer.RegisterCollectable(collectable);
  }

  // Later, an HttpExporter replaces the Exposer. The registry of narthex has the metrics of both interfaces.
  registry.add(narthex::prometheus_collector(old_registry));
  const narthex::HttpExporter exporter(registry, {.listen = "127.0.0.1:0"});
  std::fputs(narthex::to_text(registry).c_str(), stdout);  // the exporter serves the same samples
}
