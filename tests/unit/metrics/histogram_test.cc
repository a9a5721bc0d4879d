#include <chrono>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <ratio>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "support/sample.h"

namespace narthex {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// A registry with one histogram with the bounds 0.1, 1, and 10 that has observed the values.
std::string observed(std::initializer_list<double> values) {
  Registry registry;
  const Histogram histogram = registry.histogram({.name = "size_bytes", .help = "Sizes.", .buckets = {0.1, 1, 10}});
  for (const double value : values) histogram.observe(value);
  return to_text(registry);
}

std::string expected(const std::string& le01, const std::string& le1, const std::string& le10, const std::string& count,
                     const std::string& sum) {
  return "# HELP size_bytes Sizes.\n# TYPE size_bytes histogram\n"
         "size_bytes_bucket{le=\"0.1\"} " +
         le01 +
         "\n"
         "size_bytes_bucket{le=\"1\"} " +
         le1 +
         "\n"
         "size_bytes_bucket{le=\"10\"} " +
         le10 +
         "\n"
         "size_bytes_bucket{le=\"+Inf\"} " +
         count +
         "\n"
         "size_bytes_sum " +
         sum +
         "\n"
         "size_bytes_count " +
         count + "\n";
}

TEST(Histogram, ObservesDurationsInSeconds) {
  using std::chrono::duration;
  Registry registry;
  const Family<Histogram, 1> latency =
      registry.histogram({.name = "latency_seconds", .help = "L.", .buckets = {1}}, {"zone"});
  latency.labels("a").observe(std::chrono::milliseconds(250));
  latency.labels("a").observe(duration<float>(0.5F));
  latency.labels("a").observe(std::chrono::minutes(2));
  latency.labels("a").observe(duration<double, std::nano>(1e9), {{"trace_id", "7"}});
  latency.labels("a").observe(duration<unsigned char>(3), ExemplarLabels());
  EXPECT_EQ(to_text(registry),
            "# HELP latency_seconds L.\n# TYPE latency_seconds histogram\n"
            "latency_seconds_bucket{zone=\"a\",le=\"1\"} 3\nlatency_seconds_bucket{zone=\"a\",le=\"+Inf\"} 5\n"
            "latency_seconds_sum{zone=\"a\"} 124.75\nlatency_seconds_count{zone=\"a\"} 5\n");
}

TEST(Histogram, StartsAtZero) { EXPECT_EQ(observed({}), expected("0", "0", "0", "0", "0")); }

// Exposition rule 189: a value that equals a bound belongs to the bucket of this bound.
TEST(Histogram, BoundsAreInclusive) {
  EXPECT_EQ(observed({0.1, 1, 10}), expected("1", "2", "3", "3", "11.1"));
  EXPECT_EQ(observed({std::nextafter(1.0, 2.0)}), expected("0", "0", "1", "1", "1.0000000000000002"));
}

TEST(Histogram, CountsCumulatively) {
  EXPECT_EQ(observed({0.05, 0.5, 0.5, 5, 50}), expected("1", "3", "4", "5", "56.05"));
}

// Exposition rules 187 and 188.
TEST(Histogram, CountsNaNInTheInfBucketOnlyAndSetsTheSumToNaN) {
  EXPECT_EQ(observed({0.5, kNaN}), expected("0", "1", "1", "2", "NaN"));
}

TEST(Histogram, CountsNaNInTheInfBucketWithAnyNumberOfBounds) {
  for (const int updates : {1, 10'000}) {  // cold and hot
    for (std::size_t size = 1; size <= 40; ++size) {
      Registry registry;
      const Histogram histogram =
          registry.histogram({.name = "h", .help = "H.", .buckets = linear_buckets(1, 1, size)});
      for (int i = 0; i < updates; ++i) histogram.observe(kNaN);
      const std::string text = to_text(registry);
      ASSERT_EQ(sample(text, "h_bucket{le=\"" + std::to_string(size) + "\"}"), 0);
      ASSERT_EQ(sample(text, "h_bucket{le=\"+Inf\"}"), updates);
      ASSERT_EQ(sample(text, "h_count"), updates);
    }
  }
}

TEST(Histogram, AcceptsInfinitiesAndNegativeValues) {
  EXPECT_EQ(observed({kInfinity}), expected("0", "0", "0", "1", "+Inf"));
  EXPECT_EQ(observed({-kInfinity}), expected("1", "1", "1", "1", "-Inf"));
  EXPECT_EQ(observed({-2.5}), expected("1", "1", "1", "1", "-2.5"));
}

TEST(Histogram, SumsInfinitiesAndNaNAfterNegativeValues) {
  const auto sum_of = [](std::initializer_list<double> values) {
    Registry registry;
    const Histogram histogram = registry.histogram({.name = "h", .help = "H."});
    for (const double value : values) histogram.observe(value);
    return sample(to_text(registry), "h_sum");
  };
  EXPECT_EQ(sum_of({-1, kInfinity, 5}), kInfinity);
  EXPECT_EQ(sum_of({kInfinity, -1}), kInfinity);
  EXPECT_EQ(sum_of({1, -kInfinity, 5}), -kInfinity);
  EXPECT_TRUE(std::isnan(sum_of({kInfinity, -kInfinity, 5})));
  EXPECT_TRUE(std::isnan(sum_of({-1, kNaN, 5})));
  EXPECT_EQ(sum_of({1e308, -1e308, 1e-300}), 1e-300);
}

TEST(Histogram, HasTheDefaultBucketsIfNoneAreConfigured) {
  Registry registry;
  registry.histogram({.name = "size_bytes", .help = "Sizes."}).observe(0.3);
  EXPECT_EQ(to_text(registry),
            "# HELP size_bytes Sizes.\n# TYPE size_bytes histogram\n"
            "size_bytes_bucket{le=\"0.005\"} 0\nsize_bytes_bucket{le=\"0.01\"} 0\nsize_bytes_bucket{le=\"0.025\"} 0\n"
            "size_bytes_bucket{le=\"0.05\"} 0\nsize_bytes_bucket{le=\"0.1\"} 0\nsize_bytes_bucket{le=\"0.25\"} 0\n"
            "size_bytes_bucket{le=\"0.5\"} 1\nsize_bytes_bucket{le=\"1\"} 1\nsize_bytes_bucket{le=\"2.5\"} 1\n"
            "size_bytes_bucket{le=\"5\"} 1\nsize_bytes_bucket{le=\"10\"} 1\nsize_bytes_bucket{le=\"+Inf\"} 1\n"
            "size_bytes_sum 0.3\nsize_bytes_count 1\n");
}

// Exposition rule 41.
TEST(Histogram, WritesTheInfBucketOnceIfTheBoundsContainInf) {
  Registry registry;
  registry.histogram({.name = "size_bytes", .help = "Sizes.", .buckets = {1, kInfinity}}).observe(3);
  EXPECT_EQ(to_text(registry),
            "# HELP size_bytes Sizes.\n# TYPE size_bytes histogram\n"
            "size_bytes_bucket{le=\"1\"} 0\nsize_bytes_bucket{le=\"+Inf\"} 1\nsize_bytes_sum 3\nsize_bytes_count 1\n");
}

TEST(Histogram, DefaultConstructedHandleDoesNothing) {
  const Histogram histogram;
  histogram.observe(1);
  histogram.observe(kNaN);
}

}  // namespace
}  // namespace narthex
