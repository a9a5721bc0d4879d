#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <narthex/narthex.h>

// Stands for a driver: returns the sensors of the machine and their temperatures.
std::vector<std::pair<std::string, double>> read_sensors() { return {{"cpu", 51.5}, {"disk", 38}}; }

class SensorCollector : public narthex::Collector {
 public:
  std::string_view name() const override { return "sensors"; }

  void collect(narthex::Sink& sink) override {
    sink.begin_family({.name = "sensor_temperature_celsius",
                       .help = "Temperature of the sensor in degrees Celsius.",
                       .unit = "celsius",
                       .type = narthex::MetricType::gauge});
    for (const auto& [sensor, celsius] : read_sensors()) {
      sink.gauge(narthex::LabelText::of({{"sensor", sensor}}), celsius);
    }
  }
};

int main() {
  narthex::Registry registry;
  registry.add(SensorCollector());
  std::fputs(narthex::to_text(registry).c_str(), stdout);
}
