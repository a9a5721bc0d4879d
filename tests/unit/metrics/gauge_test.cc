#include <chrono>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "support/rejected_updates.h"

namespace narthex {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Gauge make_gauge() { return Registry().gauge({.name = "queue_length", .help = "Jobs waiting."}); }

TEST(Gauge, StartsAtZero) { EXPECT_EQ(make_gauge().value(), 0); }

TEST(Gauge, IncreasesAndDecreases) {
  const Gauge gauge = make_gauge();
  gauge.set(3);
  gauge.inc();
  gauge.inc(0.5);
  gauge.dec();
  gauge.dec(2);
  EXPECT_EQ(gauge.value(), 1.5);
}

TEST(Gauge, KeepsTheExactValue) {
  const Gauge gauge = make_gauge();
  for (const double value : {0.1, -0.0, 1e308, 5e-324, std::numeric_limits<double>::infinity()}) {
    gauge.set(value);
    EXPECT_EQ(gauge.value(), value);
  }
  gauge.set(kNaN);
  EXPECT_TRUE(std::isnan(gauge.value()));
}

TEST(Gauge, RejectsAndCountsNaNIncrements) {
  const Gauge gauge = make_gauge();
  gauge.set(5);
  const auto before = rejected_updates_of("queue_length");
  gauge.inc(kNaN);
  gauge.dec(kNaN);
  EXPECT_EQ(gauge.value(), 5);
  EXPECT_EQ(rejected_updates_of("queue_length") - before, 2u);
}

TEST(Gauge, CanBeSetToTheCurrentTimeInSeconds) {
  const auto now = [] {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  };
  const Gauge gauge = make_gauge();
  const double before = now();
  gauge.set_to_current_time();
  EXPECT_GE(gauge.value(), before);
  EXPECT_LE(gauge.value(), now());
}

TEST(Gauge, DefaultConstructedHandleDoesNothing) {
  const Gauge gauge;
  gauge.set(1);
  gauge.inc();
  EXPECT_EQ(gauge.value(), 0);
}

}  // namespace
}  // namespace narthex
