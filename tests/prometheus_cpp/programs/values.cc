// A user whose values are hard to print: large, small, inexact, infinite, and not a number.

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

#include <iostream>
#include <limits>
#include <string>

#include "canonical_text.h"

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

struct Value {
  const char* name;
  double value;
};
constexpr Value kValues[] = {
    {"zero", 0.0},
    {"minus_zero", -0.0},
    {"minus", -1234.5678},
    {"e6", 1e6},
    {"nine_digits", 123456789.0},
    {"e15", 1e15},
    {"e15_and_a_half", 1e15 + 0.5},
    {"e16", 1e16},
    {"two_to_the_53", 9007199254740992.0},
    {"e17", 1e17},
    {"e21", 1e21},
    {"e100", 1e100},
    {"largest", std::numeric_limits<double>::max()},
    {"tenth", 0.1},
    {"sum", 0.1 + 0.2},
    {"third", 1 / 3.0},
    {"two_thirds", 2 / 3.0},
    {"e_minus_4", 1e-4},
    {"e_minus_5", 1e-5},
    {"smallest", 5e-324},
    {"infinity", kInfinity},
    {"minus_infinity", -kInfinity},
    {"nan", kNan},
};

// Prints the text of one series.
void print(const std::string& name, prometheus::MetricType type, const prometheus::ClientMetric& metric) {
  print_families({{name, "Of one series.", type, {metric}}});
}

}  // namespace

int main() {
  prometheus::Gauge gauge;
  for (const auto& [name, value] : kValues) {
    gauge.Set(value);
    print(name, prometheus::Gauge::metric_type, gauge.Collect());
  }
  prometheus::Gauge sum(0.1);
  sum.Increment(0.2);
  std::cout << "exact sum: " << (sum.Value() == 0.1 + 0.2) << '\n';

  prometheus::Counter counter;
  counter.Increment(kInfinity);
  counter.Increment();
  print("infinite_total", prometheus::Counter::metric_type, counter.Collect());
  prometheus::Counter nan_counter;
  nan_counter.Increment(kNan);
  print("nan_total", prometheus::Counter::metric_type, nan_counter.Collect());

  prometheus::Histogram infinite({1 / 3.0, 1e6});
  for (const double value : {1 / 3.0, kInfinity}) infinite.Observe(value);
  print("infinite_histogram", prometheus::Histogram::metric_type, infinite.Collect());
  prometheus::Histogram nan_histogram({1, 2});
  for (const double value : {kNan, 1.5}) nan_histogram.Observe(value);
  print("nan_histogram", prometheus::Histogram::metric_type, nan_histogram.Collect());
}
