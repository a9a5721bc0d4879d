#include <cmath>
#include <limits>
#include <optional>

#include <gtest/gtest.h>
#include <narthex/narthex.h>
#include <narthex/testing.h>

namespace narthex {
namespace {

TEST(Sample, FindsACounterByItsLabelsInAnyOrder) {
  Registry registry;
  const auto requests = registry.counter({.name = "requests_total", .help = "R."}, {"method", "code"});
  requests.labels("GET", 200).inc(3);
  requests.labels("PUT", 500).inc(4);
  EXPECT_EQ(sample(registry, "requests_total", {{"method", "GET"}, {"code", "200"}}), 3);
  EXPECT_EQ(sample(registry, "requests_total", {{"code", "500"}, {"method", "PUT"}}), 4);
}

TEST(Sample, MatchesOnlyTheExactLabelSet) {
  Registry registry({.labels = {{"zone", "b"}}});
  registry.counter({.name = "jobs_total", .help = "J."}, {"queue"}).labels("a").inc();
  EXPECT_EQ(sample(registry, "jobs_total", {{"zone", "b"}, {"queue", "a"}}), 1);
  EXPECT_EQ(sample(registry, "jobs_total", {{"queue", "a"}}), std::nullopt);
  EXPECT_EQ(sample(registry, "jobs_total", {{"zone", "b"}, {"queue", "b"}}), std::nullopt);
  EXPECT_EQ(sample(registry, "jobs_total", {{"zone", "b"}, {"queue", "a"}, {"more", ""}}), std::nullopt);
  EXPECT_EQ(sample(registry, "jobs_total"), std::nullopt);
}

TEST(Sample, MatchesOnlyWholeNames) {
  Registry registry;
  registry.gauge({.name = "queue_bytes", .help = "Q."}).set(1);
  registry.gauge({.name = "queue", .help = "Q."}).set(2);
  EXPECT_EQ(sample(registry, "queue"), 2);
  EXPECT_EQ(sample(registry, "queue_"), std::nullopt);
  EXPECT_EQ(sample(registry, "# TYPE"), std::nullopt);
  EXPECT_EQ(sample(registry, ""), std::nullopt);
}

TEST(Sample, FindsTheSamplesOfAHistogram) {
  Registry registry;
  const auto latency = registry.histogram({.name = "work_seconds", .help = "W.", .buckets = {0.5, 1}}, {"kind"});
  for (const double seconds : {0.25, 0.5, 0.75, 8.0}) latency.labels("a").observe(seconds);
  EXPECT_EQ(sample(registry, "work_seconds_bucket", {{"le", "0.5"}, {"kind", "a"}}), 2);
  EXPECT_EQ(sample(registry, "work_seconds_bucket", {{"kind", "a"}, {"le", "1"}}), 3);
  EXPECT_EQ(sample(registry, "work_seconds_bucket", {{"kind", "a"}, {"le", "+Inf"}}), 4);
  EXPECT_EQ(sample(registry, "work_seconds_sum", {{"kind", "a"}}), 9.5);
  EXPECT_EQ(sample(registry, "work_seconds_count", {{"kind", "a"}}), 4);
  EXPECT_EQ(sample(registry, "work_seconds", {{"kind", "a"}}), std::nullopt);
}

TEST(Sample, ReturnsTheExactValue) {
  using Limits = std::numeric_limits<double>;
  Registry registry;
  const Gauge gauge = registry.gauge({.name = "g", .help = "G."});
  for (const double value : {1.0 / 3, 0.1 + 0.2, -1e21, 123456789.0, Limits::max(), Limits::lowest(), Limits::min(),
                             Limits::denorm_min(), Limits::infinity(), -Limits::infinity(), 0x1p53 + 2}) {
    gauge.set(value);
    EXPECT_EQ(sample(registry, "g"), value);
  }
  gauge.set(Limits::quiet_NaN());
  EXPECT_TRUE(std::isnan(sample(registry, "g").value()));
}

TEST(Sample, UnescapesLabelValues) {
  Registry registry;
  const auto family = registry.gauge({.name = "files", .help = "F."}, {"path", "note"});
  family.labels("C:\\new\n\"x\", {y}", "a=\"b\"").set(5);
  EXPECT_EQ(sample(registry, "files", {{"note", "a=\"b\""}, {"path", "C:\\new\n\"x\", {y}"}}), 5);
  EXPECT_EQ(sample(registry, "files", {{"note", "a=\"b\""}, {"path", "C:\\\\new\\n\\\"x\\\", {y}"}}), std::nullopt);
}

// Finds sample() outside of the namespace by argument-dependent lookup.
TEST(Sample, IsFoundThroughItsRegistry) {
  Registry registry;
  registry.counter({.name = "jobs_total", .help = "J."}).inc();
  EXPECT_EQ([](const auto& r) { return sample(r, "jobs_total"); }(registry), 1);
}

}  // namespace
}  // namespace narthex
