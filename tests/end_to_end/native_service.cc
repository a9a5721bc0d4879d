// Serves native histograms on a free port. Every line of standard input, `name value times`, observes a value, and is
// answered with `observed`.

#include <cmath>
#include <iostream>
#include <map>
#include <string>

#include <narthex/http_exporter.h>
#include <narthex/narthex.h>

namespace {

narthex::Histogram define(const narthex::Registry& registry, const std::string& name, narthex::NativeBuckets native) {
  return registry.histogram({.name = name, .help = "A native histogram.", .native = native});
}

}  // namespace

int main() {
  narthex::Registry registry;
  const std::map<std::string, narthex::Histogram> histograms{
      {"widened", define(registry, "widened", {.growth_factor = 1.5, .max_buckets = 2, .max_zero_threshold = 1})},
      {"coarsened", define(registry, "coarsened", {.growth_factor = 1.1, .max_buckets = 6, .max_zero_threshold = 0.3})},
      {"not_a_number", define(registry, "not_a_number", {})},
  };
  for (int schema = 0; schema <= 8; ++schema) {  // an observation in each of the buckets above 1 and up to 2
    const double factor = std::exp2(std::exp2(-schema)) * 1.0001;
    const narthex::Histogram bounds =
        define(registry, "bounds_" + std::to_string(schema), {.growth_factor = factor, .max_buckets = 1'000});
    for (int i = 0; i < 256; ++i) bounds.observe(std::exp2((i + 0.5) / 256));
  }
  const narthex::HttpExporter exporter(registry, {.listen = "127.0.0.1:0"});
  std::cout << "http://" << exporter.addresses().front() << std::endl;

  std::string name;
  std::string value;
  for (int times = 0; std::cin >> name >> value >> times;) {
    for (int i = 0; i < times; ++i) histograms.at(name).observe(std::stod(value));
    std::cout << "observed" << std::endl;
  }
}
