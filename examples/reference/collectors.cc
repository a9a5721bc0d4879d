// Values that are computed during a scrape: functions and collectors.

#include <cstdio>
#include <memory>
#include <string_view>
#include <utility>

#include <narthex/narthex.h>

namespace {

struct Pool {
  int idle = 3;
  int busy = 1;
};

class TemperatureCollector final : public narthex::Collector {
 public:
  std::string_view name() const override { return "temperature"; }

  void collect(narthex::Sink& sink) override {
    sink.begin_family({.name = "temperature_celsius",
                       .help = "Temperature of a sensor in degrees Celsius.",
                       .unit = "celsius",
                       .type = narthex::MetricType::gauge});
    sink.gauge(narthex::LabelText::of({{"sensor", "cpu"}}), 48.5);
  }
};

}  // namespace

int main() {
  const Pool pool;
  narthex::Registry registry;

  // A function. It is called by each scrape until its Registration is destroyed.
  const narthex::Registration threads =
      registry.gauge_function({.name = "pool_threads", .help = "Threads of the pool."},
                              [&pool] { return static_cast<double>(pool.idle + pool.busy); });

  // A function with labels calls emit() for each series.
  const narthex::Registration by_state = registry.gauge_function(
      {.name = "pool_threads_by_state", .help = "Threads of the pool by state."}, {"state"}, [&pool](const auto& emit) {
        emit(pool.idle, "idle");
        emit(pool.busy, "busy");
      });

  // A collector supplies whole families.
  const auto temperature = std::make_shared<TemperatureCollector>();
  registry.add(temperature);  // for the lifetime of the registry
  registry.remove(temperature);

  // Until `scoped` is destroyed:
  const narthex::Registration scoped = registry.add_scoped(temperature);

  std::printf("%s", narthex::to_text(registry).c_str());

  // The collectors of the library. Registry::global() has them already.
  registry.add(narthex::CgroupCollector());
  registry.add(narthex::LibraryCollector(registry));
  registry.add(narthex::ProcessCollector());
  registry.add(narthex::RuntimeCollector());
}
