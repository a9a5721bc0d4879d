// A user that checks names, and that relies on the exceptions for invalid names.

#include <prometheus/check_names.h>
#include <prometheus/client_metric.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <iostream>
#include <string>

#include "exception_type.h"

namespace {

void use_invalid_names() {
  prometheus::Registry registry;
  for (const char* name : {"with space", "1st", "grüße", "a-b", "a.b"}) {
    print_exception(std::string("metric ") + name,
                    [&] { prometheus::BuildGauge().Name(name).Help("x").Register(registry); });
  }
  auto& family = prometheus::BuildGauge().Name("valid").Help("x").Labels({{"app", "x"}}).Register(registry);
  for (const char* name : {"a b", "1st", "a:b", "__reserved", "_valid"}) {
    print_exception(std::string("label ") + name, [&] { family.Add({{name, "x"}}); });
    print_exception(std::string("constant label ") + name, [&] {
      prometheus::BuildCounter().Name("labels_total").Help("x").Labels({{name, "x"}}).Register(registry);
    });
  }
  print_exception("constant label again", [&] { family.Add({{"app", "y"}}); });
  for (const char* name : {"up", "a:b", ":a", "_a", "a_total", "__a", "9a", "a b", "", "a-b", "é"}) {
    std::cout << '"' << name << "\": " << prometheus::CheckMetricName(name) << prometheus::CheckLabelName(name) << '\n';
  }
}

void compare_labels() {
  const prometheus::ClientMetric::Label first{"a", "2"};
  const prometheus::ClientMetric::Label second{"b", "1"};
  std::cout << "labels: " << (first < second) << (second < first) << (first == second)
            << (first == prometheus::ClientMetric::Label{"a", "2"}) << '\n';
}

}  // namespace

int main() {
  use_invalid_names();
  compare_labels();
}
