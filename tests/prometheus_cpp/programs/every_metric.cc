// A user that uses the metrics without a registry: every public function of the metrics.

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/summary.h>

#include <chrono>
#include <iostream>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "canonical_text.h"

namespace {

using prometheus::ClientMetric;
using prometheus::Counter;
using prometheus::Gauge;
using prometheus::Histogram;
using prometheus::MetricType;
using prometheus::Summary;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Prints the text of one series. The lines have a fixed order.
void print(const std::string& name, MetricType type, const ClientMetric& metric) {
  std::cout << prometheus::TextSerializer().Serialize({{name, "Of one series.", type, {metric}}});
}

void use_counters() {
  Counter counter;
  counter.Increment();
  counter.Increment(2.5);
  counter.Increment(0);
  counter.Increment(-1);
  counter.Increment(-kInfinity);
  std::cout << "counter: " << counter.Value() << ' ' << (counter.Collect().counter.value == 3.5) << '\n';
  print("counter_total", Counter::metric_type, counter.Collect());
  std::vector<Counter> several(3);
  several[1].Increment(7);
  print("second_of_several_total", Counter::metric_type, several[1].Collect());
}

void use_gauges() {
  Gauge gauge;
  gauge.Increment();
  gauge.Increment(4);
  gauge.Increment(-1);
  gauge.Decrement();
  gauge.Decrement(0.5);
  gauge.Decrement(-8);
  std::cout << "gauge: " << gauge.Value() << ' ' << (gauge.Collect().gauge.value == 10.5) << '\n';
  print("gauge", Gauge::metric_type, gauge.Collect());
  print("gauge_with_a_start", Gauge::metric_type, Gauge(-3).Collect());
  const Gauge converted = 4;
  print("converted_gauge", Gauge::metric_type, converted.Collect());

  gauge.SetToCurrentTime();
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const double age = std::chrono::duration<double>(now).count() - gauge.Value();
  std::cout << "near now: " << (age > -2 && age < 60) << '\n';
}

void use_histograms() {
  Histogram histogram({-1, 0, 0.5, 1.25, 1e6});
  for (const double value : {-1.0, -0.5, 0.0, 0.5, 0.6, 2e6}) histogram.Observe(value);
  print("histogram", Histogram::metric_type, histogram.Collect());
  histogram.ObserveMultiple({1, 0, 2, 0, 3, 1}, 12.5);
  const ClientMetric collected = histogram.Collect();
  std::cout << "buckets: " << collected.histogram.bucket.size() << ' ' << collected.histogram.sample_count << '\n';
  for (const std::size_t size : {0U, 5U, 7U}) {
    try {
      histogram.ObserveMultiple(std::vector<double>(size, 1), 1);
      std::cout << size << " increments: no exception\n";
    } catch (const std::length_error&) {
      std::cout << size << " increments: length_error\n";
    }
  }
  Histogram finite = {{1, 2}};
  finite.ObserveMultiple({2, 0, 1}, -4);
  finite.Observe(1);
  print("finite_histogram", Histogram::metric_type, finite.Collect());
  Histogram fractions({1, 2, 3});
  fractions.ObserveMultiple({0.5, 0.5, 1.5, 0}, 4);
  fractions.ObserveMultiple({0.5, -1, 1e10, 0.25}, 4);
  print("fractions_histogram", Histogram::metric_type, fractions.Collect());
  Histogram no_bounds({});
  no_bounds.Observe(4);
  print("histogram_without_bounds", Histogram::metric_type, no_bounds.Collect());
}

void use_summaries() {
  const Summary::Quantiles quantiles{{0.5, 0.005}, {0.9, 0.005}, {0.99, 0.001}};
  Summary summary(quantiles);
  print("empty_summary", Summary::metric_type, summary.Collect());
  for (int i = 1; i <= 2000; ++i) summary.Observe(i * 7 % 2000 + 1);  // 7 and 2000 have no common divisor
  print("summary", Summary::metric_type, summary.Collect());
  Summary slow(quantiles, std::chrono::hours(1), 3);
  for (const double value : {0.25, 0.25, 0.25}) slow.Observe(value);
  print("slow_summary", Summary::metric_type, slow.Collect());
  Summary no_quantiles(Summary::Quantiles{});
  no_quantiles.Observe(-2);
  print("summary_without_quantiles", Summary::metric_type, no_quantiles.Collect());
}

}  // namespace

int main() {
  std::cout << std::boolalpha;
  use_counters();
  use_gauges();
  use_histograms();
  use_summaries();
}
