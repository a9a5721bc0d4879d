// A shared library of a user, and the program beside it. Each has metrics of its own. With a static narthex, each has a
// copy of narthex too, and shares nothing that the compiler makes of this header, which has no attribute of visibility.
#pragma once

#include <string>

#include <narthex/narthex.h>

struct Metrics {
  explicit Metrics(const std::string& prefix)
      : runs(registry.counter({.name = prefix + "_runs_total", .help = "Runs."})),
        results(registry.counter({.name = prefix + "_results_total", .help = "Results."}, {"job", "code"})) {}

  void count(int times) const {
    for (int i = 0; i < times; ++i) {
      runs.inc();
      results.labels("draw", 200).inc();
    }
  }
  bool has(double expected) const {
    const std::string text = narthex::to_text(registry);
    const narthex::Counter found = results.labels("draw", 200);
    return runs.value() == expected && found.value() == expected &&
           text.find("_runs_total " + std::to_string(static_cast<int>(expected)) + "\n") != std::string::npos;
  }

  narthex::Registry registry;
  narthex::Counter runs;
  narthex::Family<narthex::Counter, 2> results;
};

class Corners final : public narthex::Collector {
 public:
  std::string_view name() const override { return "corners"; }
  void collect(narthex::Sink& sink) override {
    sink.begin_family({.name = "corners", .help = "Corners.", .type = narthex::MetricType::gauge});
    sink.gauge({}, 4);
  }

 private:
  narthex::Counter calls_;
};

extern "C" {
void shapes_draw(int times);
bool shapes_have(double expected);
void shapes_fail();                        // throws narthex::RegistrationError
bool shapes_refuse(const void* registry);  // a narthex::Registry: returns whether it belongs to another copy
}
