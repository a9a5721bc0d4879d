#include <cmath>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "support/error_message.h"
#include "support/rejected_updates.h"

namespace narthex {
namespace {

GaugeHistogram queued(const Registry& registry) {
  return registry.gauge_histogram({.name = "queued_bytes", .help = "Queued.", .unit = "bytes", .buckets = {10, 100}});
}

std::string exposed(const Registry& registry, const std::string& accept) {
  return expose(registry, {.accept = accept}).body;
}

TEST(GaugeHistogram, ServesTheCurrentDistribution) {
  const Registry registry;
  const GaugeHistogram sizes = queued(registry);
  for (const double size : {5.0, 10.0, 50.0, 1e6}) sizes.inc(size);
  sizes.dec(10);
  EXPECT_EQ(exposed(registry, "application/openmetrics-text;version=1.0.0"), R"(# TYPE queued_bytes gaugehistogram
# UNIT queued_bytes bytes
# HELP queued_bytes Queued.
queued_bytes_bucket{le="10.0"} 1
queued_bytes_bucket{le="100.0"} 2
queued_bytes_bucket{le="+Inf"} 3
queued_bytes_gcount 3
queued_bytes_gsum 1.000055e+06
# EOF
)");
  EXPECT_EQ(exposed(registry, "application/openmetrics-text;version=2.0.0"), R"(# TYPE queued_bytes gaugehistogram
# UNIT queued_bytes bytes
# HELP queued_bytes Queued.
queued_bytes {gcount:3,gsum:1.000055e+06,bucket:[10.0:1,100.0:2,+Inf:3]}
# EOF
)");
  EXPECT_EQ(to_text(registry), R"(# HELP queued_bytes Queued.
# TYPE queued_bytes histogram
queued_bytes_bucket{le="10"} 1
queued_bytes_bucket{le="100"} 2
queued_bytes_bucket{le="+Inf"} 3
queued_bytes_sum 1.000055e+06
queued_bytes_count 3
)");
}

TEST(GaugeHistogram, IsExactlyEmptyWhenAllValuesAreRemoved) {
  const Registry registry;
  const GaugeHistogram sizes = queued(registry);
  for (const double size : {0.1, 1e15, -3.5, 0.2}) sizes.inc(size);
  for (const double size : {1e15, 0.2, 0.1, -3.5}) sizes.dec(size);
  EXPECT_EQ(sizes.count(), 0U);
  EXPECT_EQ(sizes.sum(), 0);
  EXPECT_TRUE(std::isnan(sizes.quantile(0.5)));
}

TEST(GaugeHistogram, IsReadBack) {
  const GaugeHistogram sizes = queued(Registry());
  for (const double size : {5.0, 50.0, 50.0, 50.0}) sizes.inc(size);
  EXPECT_EQ(sizes.count(), 4U);
  EXPECT_EQ(sizes.sum(), 155);
  EXPECT_DOUBLE_EQ(sizes.quantile(0.5), 40);  // one third of the second bucket, from 10 to 100
}

TEST(GaugeHistogram, ServesNoNegativeCount) {
  const Registry registry;
  queued(registry).dec(5);
  EXPECT_THAT(to_text(registry), testing::HasSubstr("queued_bytes_count 0\n"));
  queued(registry).inc(5);
  queued(registry).inc(5);
  EXPECT_EQ(queued(registry).count(), 1U);
}

TEST(GaugeHistogram, RejectsAndCountsValuesThatAreNotFinite) {
  const Registry registry;
  const GaugeHistogram sizes = queued(registry);
  const auto before = rejected_updates_of("queued_bytes");
  for (const double value : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    sizes.inc(value);
    sizes.dec(value);
  }
  EXPECT_EQ(rejected_updates_of("queued_bytes") - before, 4U);
  EXPECT_EQ(sizes.count(), 0U);
}

TEST(GaugeHistogram, RejectsInvalidBounds) {
  const Registry registry;
  EXPECT_EQ(error_message([&] {
              registry.gauge_histogram({.name = "a", .help = "A.", .buckets = {2, 1}});
            }),
            "gauge histogram 'a': bucket 2 is 1 and follows 2; bounds must increase");
  EXPECT_THROW(registry.gauge_histogram({.name = "a", .help = "A."}, {"le"}), RegistrationError);
  registry.gauge_histogram({.name = "a", .help = "A.", .buckets = {1}});
  EXPECT_THROW(registry.gauge_histogram({.name = "a", .help = "A.", .buckets = {2}}), AlreadyDefinedError);
}

TEST(GaugeHistogram, HasFamiliesWithStaticAndRuntimeLabelNames) {
  const Registry registry;
  const auto by_queue = registry.gauge_histogram({.name = "a", .help = "A.", .buckets = {1}}, {"queue"});
  by_queue.labels("mail").inc(0.5);
  const GaugeHistogram kept = by_queue.labels("print");
  kept.inc(2);
  const std::vector<std::string> names{"queue"};
  registry.gauge_histogram({.name = "b", .help = "B."}, names).labels({"x"}).inc(1);
  const std::string text = to_text(registry);
  EXPECT_THAT(text, testing::HasSubstr("a_bucket{queue=\"mail\",le=\"1\"} 1\n"));
  EXPECT_THAT(text, testing::HasSubstr("a_count{queue=\"print\"} 1\n"));
  EXPECT_THAT(text, testing::HasSubstr("b_count{queue=\"x\"} 1\n"));
}

TEST(GaugeHistogram, LosesNoUpdateOfConcurrentThreads) {
  const Registry registry;
  const GaugeHistogram sizes = queued(registry);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int k = 0; k < 20'000; ++k) {
        sizes.inc(k % 200);
        if (k % 1000 == 0) static_cast<void>(to_text(registry));
        if (k % 2 == i % 2) sizes.dec(k % 200);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sizes.count(), 40'000U);
}

TEST(GaugeHistogram, HandleStaysValidAfterItsRegistryIsDestroyed) {
  const GaugeHistogram kept = queued(Registry());
  const GaugeHistogram copy = kept;
  kept.inc(7);
  EXPECT_EQ(copy.count(), 1U);
}

TEST(GaugeHistogram, DefaultConstructedHandleDoesNothing) {
  const GaugeHistogram sizes;
  sizes.inc(1);
  EXPECT_EQ(sizes.count(), 0U);
  EXPECT_TRUE(std::isnan(sizes.quantile(0.5)));
}

}  // namespace
}  // namespace narthex
