// A user that computes its metrics during the scrape, in a Collectable of its own, beside the metrics of a registry.

#include <prometheus/client_metric.h>
#include <prometheus/collectable.h>
#include <prometheus/counter.h>
#include <prometheus/metric_family.h>
#include <prometheus/registry.h>

#include <iostream>
#include <iterator>
#include <limits>
#include <utility>
#include <vector>

#include "canonical_text.h"

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

MetricFamily family_of(const char* name, MetricType type, std::vector<ClientMetric> metrics) {
  MetricFamily family;
  family.name = name;
  family.help = "Computed by the scrape.";
  family.type = type;
  family.metric = std::move(metrics);
  return family;
}

class Database : public prometheus::Collectable {
 public:
  std::vector<MetricFamily> Collect() const override {
    ++scrapes_;
    return {counters(), gauges(), summaries(), histograms(), untyped(), without_help()};
  }

 private:
  MetricFamily counters() const {
    ClientMetric reads;
    reads.label = {{"table", "users"}, {"operation", "read"}};
    reads.counter.value = 1234567;
    ClientMetric scrapes;
    scrapes.counter.value = scrapes_;
    return family_of("db_operations_total", MetricType::Counter, {reads, scrapes});
  }

  static MetricFamily gauges() {
    ClientMetric old;
    old.label = {{"age", "old"}};
    old.gauge.value = -2.5;
    old.timestamp_ms = 1'600'000'000'123;
    ClientMetric ancient = old;
    ancient.label = {{"age", "before 1970"}};
    ancient.timestamp_ms = -1;
    ClientMetric infinite;
    infinite.label = {{"age", "none"}, {"text", "quote \" backslash \\ line\nfeed"}};
    infinite.gauge.value = -kInfinity;
    return family_of("db_size", MetricType::Gauge, {old, ancient, infinite});
  }

  static MetricFamily summaries() {
    ClientMetric plain;
    plain.summary.sample_count = 7;
    plain.summary.sample_sum = 0.5;
    ClientMetric quantiles = plain;
    quantiles.label = {{"table", "users"}};
    quantiles.summary.quantile = {{0.5, 0.0625}, {0.99, kInfinity}};
    quantiles.timestamp_ms = 42;
    return family_of("db_wait_seconds", MetricType::Summary, {plain, quantiles});
  }

  static MetricFamily histograms() {
    ClientMetric finite;
    finite.label = {{"bounds", "finite"}};
    finite.histogram.sample_count = 9;
    finite.histogram.sample_sum = 20.25;
    finite.histogram.bucket = {{2, 0.1}, {5, 1}};
    ClientMetric infinite = finite;
    infinite.label = {{"bounds", "with infinity"}};
    infinite.histogram.bucket.push_back({9, kInfinity});
    infinite.timestamp_ms = 1'600'000'000'000;
    ClientMetric none = finite;
    none.label = {{"bounds", "none"}};
    none.histogram.bucket.clear();
    return family_of("db_rows", MetricType::Histogram, {finite, infinite, none});
  }

  static MetricFamily untyped() {
    ClientMetric metric;
    metric.label = {{"key", "grüße"}};
    metric.untyped.value = 3;
    return family_of("db_setting", MetricType::Untyped, {metric});
  }

  static MetricFamily without_help() {
    MetricFamily family = family_of("db_up", MetricType::Gauge, {ClientMetric()});
    family.help.clear();
    return family;
  }

  mutable int scrapes_ = 0;
};

}  // namespace

int main() {
  const Database database;
  prometheus::Registry registry;
  prometheus::BuildCounter().Name("logins_total").Help("Logins.").Register(registry).Add({{"via", "web"}}).Increment(3);

  for (int scrape = 1; scrape <= 2; ++scrape) {
    std::vector<MetricFamily> families = registry.Collect();
    std::vector<MetricFamily> computed = database.Collect();
    families.insert(families.end(), std::make_move_iterator(computed.begin()), std::make_move_iterator(computed.end()));
    std::cout << "-- scrape " << scrape << '\n';
    print_families(families);
  }
}
