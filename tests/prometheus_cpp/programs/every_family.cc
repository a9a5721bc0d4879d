// A user that uses every function of families, builders, and registries, and that relies on the types of exceptions.

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/summary.h>

#include <chrono>
#include <iostream>
#include <string>

#include "canonical_text.h"
#include "exception_type.h"

namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;
using prometheus::BuildSummary;
using prometheus::Registry;

void use_a_family_without_a_registry() {
  prometheus::Family<prometheus::Counter> family("family_total", "Without a registry.", {{"zone", "a"}, {"app", "x"}});
  std::cout << "collected: " << family.Collect().size() << '\n';
  family.Add({{"middle", "m"}}).Increment();
  std::cout << "name: " << family.GetName() << '\n';
  for (const auto& [name, value] : family.GetConstantLabels())
    std::cout << "constant: " << name << '=' << value << '\n';
  print_families(family.Collect());
  std::cout << "has: " << family.Has({{"middle", "m"}}) << family.Has({{"middle", "m"}, {"zone", "a"}}) << '\n';
}

void build_everything() {
  Registry registry;
  auto& family = BuildCounter().Name("events_total").Help("Events.").Labels({{"app", "x"}}).Register(registry);
  family.Add({}).Increment();
  family.Add({{"text", "quote \" backslash \\ line\nfeed tab\t"}}).Increment(2);
  family.Add({{"text", "grüße 語 {}=,"}, {"empty", ""}}).Increment(3);
  BuildGauge().Name("temperature").Register(registry).Add({{"room", "1"}}, 21.5);
  BuildHistogram().Name("size:bytes").Help("Sizes.").Register(registry).Add({}, std::vector<double>{1, 2}).Observe(2);
  BuildSummary()
      .Name("delay")
      .Help("Delays.")
      .Register(registry)
      .Add({{"queue", "a"}}, prometheus::Summary::Quantiles{{0.5, 0.01}}, std::chrono::seconds(600), 2)
      .Observe(5);
  auto& unused = BuildGauge().Name("unused").Help("Has no series.").Register(registry);
  print_families(registry.Collect());
  auto& bounds = BuildHistogram().Name("bounds").Help("Bounds.").Register(registry);
  print_exception("decreasing bounds", [&] { bounds.Add({}, std::vector<double>{2, 1}); });
  print_exception("equal bounds", [&] { bounds.Add({}, std::vector<double>{1, 1}); });
  std::cout << "has: " << bounds.Has({}) << '\n';
  std::cout << "removed: " << registry.Remove(family) << '\n';
  std::cout << "removed: " << registry.Remove(unused) << '\n';
  const prometheus::Family<prometheus::Gauge> unregistered("unregistered", "Of no registry.", {});
  std::cout << "removed: " << registry.Remove(unregistered) << '\n';
  print_families(registry.Collect());
  BuildGauge().Name("events_total").Help("The name of a removed counter.").Register(registry).Add({}).Set(9);
  print_families(registry.Collect());
}

void register_twice(const std::string& title, Registry::InsertBehavior behavior) {
  std::cout << "-- " << title << '\n';
  Registry registry(behavior);
  const auto builder = [](const prometheus::Labels& labels) {
    return BuildCounter().Name("twice_total").Help("Twice.").Labels(labels);
  };
  auto& first = builder({{"app", "x"}}).Register(registry);
  print_exception("the same", [&] {
    auto& second = builder({{"app", "x"}}).Register(registry);
    std::cout << (&second == &first ? "same family, " : "other family, ");
  });
  print_exception("other help", [&] {
    BuildCounter().Name("twice_total").Help("Other.").Labels({{"app", "x"}}).Register(registry);
  });
  print_exception("other labels", [&] {
    auto& second = builder({{"app", "y"}}).Register(registry);
    std::cout << (&second == &first ? "same family, " : "other family, ");
    second.Add({}).Increment(2);
  });
  print_exception("other type", [&] { BuildGauge().Name("twice_total").Help("Twice.").Register(registry); });
  print_exception("other name", [&] { builder({}).Name("once_total").Register(registry).Add({}).Increment(); });
  first.Add({}).Increment();
  print_samples(prometheus::TextSerializer().Serialize(registry.Collect()));
}

}  // namespace

int main() {
  use_a_family_without_a_registry();
  build_everything();
  register_twice("merge", Registry::InsertBehavior::Merge);
  register_twice("throw", Registry::InsertBehavior::Throw);
}
