// Serves, on a free port, what only some formats can carry: a native histogram beside a classic one, and exemplars.
// Every line of standard input is an order: "stop" ends the observing and is answered with how many there were.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <iostream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <narthex/http_exporter.h>
#include <narthex/narthex.h>

namespace {

// Values of an exponential distribution with mean 1, in some order: their quantile q is -ln(1 - q), to the last of
//   them.
std::vector<double> exponential_values() {
  constexpr std::size_t kSize = 1000;
  std::vector<double> values;
  for (std::size_t i = 0; i < kSize; ++i) values.push_back(-std::log1p(-(static_cast<double>(i) + 0.5) / kSize));
  std::ranges::shuffle(values, std::mt19937{1});
  return values;
}

}  // namespace

int main() {
  narthex::Registry registry;
  const narthex::Histogram both = registry.histogram({.name = "work_seconds",
                                                      .help = "Work, in classic and in native buckets.",
                                                      .buckets = {0.1, 1, 10},
                                                      .native = {}});
  const narthex::Histogram native =
      registry.histogram({.name = "native_seconds", .help = "The same in native buckets alone.", .native = {}});
  const narthex::Counter works = registry.counter({.name = "works_total", .help = "Pieces of work."});
  const narthex::HttpExporter exporter(registry, {.listen = "127.0.0.1:0"});
  std::cout << "http://" << exporter.addresses().front() << std::endl;

  std::atomic<bool> goes_on = true;
  std::thread worker([&] {
    const std::vector<double> values = exponential_values();
    while (goes_on) {
      for (const double value : values) {
        both.observe(value, {{"trace_id", "work-" + std::to_string(value)}});
        native.observe(value);
        works.inc(1, {{"trace_id", "0af7651916cd43dd8448eb211c80319c"}});
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  });
  for (std::string order; std::getline(std::cin, order);) {
    if (order != "stop" || !goes_on.exchange(false)) continue;
    worker.join();
    std::cout << "stopped after " << works.value() << std::endl;
  }
  goes_on = false;
  if (worker.joinable()) worker.join();
}
