// Metrics that a program reads back: count(), sum(), and quantile().

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/exposition.h>
#include <narthex/registry.h>

#include "support/sample.h"

namespace narthex {
namespace {

using std::chrono::seconds;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// The buckets of the histogram `h`, as the text format has them.
std::map<double, double> buckets_of(const std::string& text) {
  std::map<double, double> buckets;
  const std::string start = "\nh_bucket{le=\"";
  for (std::size_t at = text.find(start); at != std::string::npos; at = text.find(start, at + 1)) {
    const std::size_t bound = at + start.size();
    buckets[std::stod(text.substr(bound))] = std::stod(text.substr(text.find("} ", bound) + 2));
  }
  return buckets;
}

// Computes histogram_quantile() of Prometheus from buckets, step by step as the documentation of PromQL describes it.
double recomputed_quantile(const std::map<double, double>& buckets, double q) {
  const double count = buckets.rbegin()->second;
  if (buckets.size() < 2 || count == 0 || std::isnan(q)) return kNaN;
  if (q < 0) return -kInfinity;
  if (q > 1) return kInfinity;
  const double rank = q * count;
  auto bucket = buckets.begin();
  while (bucket->second < rank) ++bucket;
  if (std::isinf(bucket->first)) return std::prev(bucket)->first;
  if (bucket == buckets.begin()) {
    if (bucket->first <= 0) return bucket->first;
    return bucket->first * (rank / bucket->second);
  }
  const auto [begin, before] = *std::prev(bucket);
  return begin + (bucket->first - begin) * ((rank - before) / (bucket->second - before));
}

// Values that are likely to meet a bound, to be far from all, or to be unusual.
std::vector<double> adversarial_values(std::mt19937_64& random) {
  std::vector<double> values(std::uniform_int_distribution<std::size_t>(0, 60)(random));
  for (double& value : values) {
    switch (random() % 10) {
      case 0:
        value = static_cast<double>(random() % 5) - 2;
        break;
      case 1:
        value = 0;
        break;
      case 2:
        value = random() % 4 == 0 ? kNaN : 1e300;
        break;
      case 3:
        value = random() % 2 == 0 ? kInfinity : -kInfinity;
        break;
      default:
        value = std::exp(std::normal_distribution(0.0, 4.0)(random));
        break;
    }
  }
  return values;
}

bool is_same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

TEST(ReadBack, EqualsARecomputationFromTheExposition) {
  std::mt19937_64 random(7);
  const std::vector<std::vector<double>> bounds{{0.1, 1, 10}, {-1, 0, 1}, {-2, -1}, {0}, {1e-5, 1e5}, {0.5}};
  for (int round = 0; round < 600; ++round) {
    const Registry registry;
    const Histogram histogram =
        registry.histogram({.name = "h", .help = "H.", .buckets = bounds[random() % bounds.size()]});
    for (const double value : adversarial_values(random)) histogram.observe(value, 1 + random() % 3);
    const std::string text = to_text(registry);
    EXPECT_EQ(histogram.count(), sample(text, "h_count"));
    EXPECT_TRUE(is_same(histogram.sum(), sample(text, "h_sum"))) << histogram.sum() << '\n' << text;
    for (const double q : {0.0, 0.01, 0.5, 0.9, 0.99, 1.0, -0.1, 1.1, kNaN}) {
      EXPECT_TRUE(is_same(histogram.quantile(q), recomputed_quantile(buckets_of(text), q)))
          << q << ": " << histogram.quantile(q) << '\n'
          << text;
    }
  }
}

TEST(ReadBack, OfNativeBucketsIsWithinABucket) {
  std::mt19937_64 random(8);
  for (int round = 0; round < 200; ++round) {
    const Registry registry;
    const Histogram histogram = registry.histogram({.name = "h", .help = "H.", .native = {.growth_factor = 1.1}});
    std::vector<double> values = adversarial_values(random);
    for (const double value : values) histogram.observe(value);
    EXPECT_EQ(histogram.count(), values.size());
    std::erase_if(values, [](double value) { return std::isnan(value); });
    std::ranges::sort(values);
    for (const double q : {0.0, 0.25, 0.5, 0.9, 1.0}) {
      const double read = histogram.quantile(q);
      if (values.empty()) {
        EXPECT_TRUE(std::isnan(read));
        continue;
      }
      const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(values.size())));
      const double exact = values[std::max<std::size_t>(rank, 1) - 1];
      const bool is_close = std::abs(read - exact) <= 0.05 * std::abs(exact);
      EXPECT_TRUE(is_close || read == exact) << q << ": " << read << " instead of " << exact;
    }
  }
}

TEST(ReadBack, HasNoValueWithoutObservations) {
  const Registry registry;
  const Histogram histogram = registry.histogram({.name = "h", .help = "H."});
  const Histogram native = registry.histogram({.name = "n", .help = "N.", .native = {}});
  const Summary summary = registry.summary({.name = "s", .help = "S.", .quantiles = {0.5}});
  for (const Histogram& each : {histogram, native, Histogram()}) {
    EXPECT_EQ(each.count(), 0U);
    EXPECT_EQ(each.sum(), 0);
    EXPECT_TRUE(std::isnan(each.quantile(0.5)));
  }
  for (const Summary& each : {summary, Summary()}) {
    EXPECT_EQ(each.count(), 0U);
    EXPECT_EQ(each.sum(), 0);
    EXPECT_TRUE(std::isnan(each.quantile(0.5)));
  }
}

TEST(ReadBack, OfASummaryHasItsQuantilesAndOthers) {
  const Registry registry;
  const Summary summary = registry.summary({.name = "s", .help = "S.", .quantiles = {0.5}});
  const Summary plain = registry.summary({.name = "p", .help = "P."});
  for (int i = 1; i <= 1000; ++i) {
    summary.observe(i);
    plain.observe(i);
  }
  EXPECT_NEAR(summary.quantile(0.5), 500, 6);
  EXPECT_NEAR(summary.quantile(0.99), 990, 11);
  EXPECT_EQ(summary.quantile(0.5), sample(to_text(registry), "s{quantile=\"0.5\"}"));
  EXPECT_EQ(summary.quantile(2), summary.quantile(1));
  EXPECT_TRUE(std::isnan(summary.quantile(kNaN)));
  EXPECT_TRUE(std::isnan(plain.quantile(0.5)));
  for (const Summary& each : {summary, plain}) {
    EXPECT_EQ(each.count(), 1000U);
    EXPECT_EQ(each.sum(), 500'500);
  }
}

TEST(ReadBack, IncludesTheCellsOfAllThreads) {
  const Registry registry;
  const Histogram histogram = registry.histogram({.name = "h", .help = "H.", .buckets = {1, 2}});
  const Histogram native = registry.histogram({.name = "n", .help = "N.", .native = {}});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 50'000; ++k) {
        histogram.observe(1.5);
        native.observe(1.5);
        if (k % 1000 == 0) static_cast<void>(histogram.quantile(0.5) + native.quantile(0.5));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Histogram& each : {histogram, native}) {
    EXPECT_EQ(each.count(), 200'000U);
    EXPECT_EQ(each.sum(), 300'000);
    EXPECT_NEAR(each.quantile(0.5), 1.5, 0.1);
  }
}

TEST(ReadBack, WorksForAMetricThatALookupReturns) {
  const Registry registry;
  const auto family = registry.histogram({.name = "h", .help = "H."}, {"path"});
  family.labels("/").observe(0.5);
  EXPECT_EQ(family.labels("/").count(), 1U);
  EXPECT_EQ(family.labels("/").sum(), 0.5);
}

TEST(WeightedObservation, EqualsAsManyObservations) {
  const std::vector<double> values{0, 0.05, 0.1, 3, -2, 4096, kInfinity, kNaN};
  for (const double value : values) {
    const Registry registry;
    const Registry wanted;
    const auto define = [](const Registry& to) {
      return std::pair{to.histogram({.name = "h", .help = "H.", .buckets = {0.1, 1}, .native = {}}),
                       to.summary({.name = "s", .help = "S.", .quantiles = {0.5}})};
    };
    const auto [histogram, summary] = define(registry);
    const auto [wanted_histogram, wanted_summary] = define(wanted);
    histogram.observe(value, 12);
    summary.observe(value, 12);
    for (int i = 0; i < 12; ++i) {
      wanted_histogram.observe(value);
      wanted_summary.observe(value);
    }
    EXPECT_EQ(histogram.count(), 12U);
    // The sum of twelve times 0.05 or 0.1 is rounded, their product is not.
    if (std::abs(value) >= 1 || value == 0) {
      EXPECT_EQ(to_text(registry), to_text(wanted)) << value;
    }
    EXPECT_TRUE(is_same(histogram.quantile(0.5), wanted_histogram.quantile(0.5))) << value;
  }
}

TEST(WeightedObservation, OfZeroDoesNothing) {
  const Registry registry;
  const Histogram histogram = registry.histogram({.name = "h", .help = "H."});
  histogram.observe(kNaN, 0);
  histogram.observe(-1, 0);
  EXPECT_EQ(histogram.count(), 0U);
  EXPECT_EQ(histogram.sum(), 0);
}

TEST(WeightedObservation, TakesUnsignedIntegersAndDurations) {
  const Registry registry;
  const Histogram histogram = registry.histogram({.name = "h", .help = "H."});
  const Summary summary = registry.summary({.name = "s", .help = "S."});
  histogram.observe(seconds(2), 3);
  histogram.observe(1, std::uint8_t{255});
  histogram.observe(1, std::numeric_limits<std::uint64_t>::max() - 258);
  summary.observe(seconds(2), std::size_t{4});
  EXPECT_EQ(histogram.count(), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(summary.count(), 4U);
  EXPECT_EQ(summary.sum(), 8);
}

TEST(WeightedObservation, IsCountedInTheCellsOfAHotHistogram) {
  const Registry registry;
  const Histogram histogram = registry.histogram({.name = "h", .help = "H.", .buckets = {1}});
  const Histogram native = registry.histogram({.name = "n", .help = "N.", .native = {}});
  for (int i = 0; i < 100'000; ++i) {
    histogram.observe(0.5);
    native.observe(0.5);
  }
  histogram.observe(0.5, 1'000'000);
  native.observe(0.5, 1'000'000);
  for (const Histogram& each : {histogram, native}) {
    EXPECT_EQ(each.count(), 1'100'000U);
    EXPECT_EQ(each.sum(), 550'000);
  }
}

}  // namespace
}  // namespace narthex
