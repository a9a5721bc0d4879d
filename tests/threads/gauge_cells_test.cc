// The cells of a gauge: whole amounts add up exactly, and a set ends the cells. The flags that are its state.

#include <atomic>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "support/threads.h"

namespace narthex {
namespace {

constexpr int kHot = 10'000;  // updates after which a gauge has cells

TEST(GaugeCells, AllowExactSets) {
  for (const double value : {0.1, -0.0, std::numeric_limits<double>::infinity(), -1e308, 5e-324}) {
    Registry registry;
    const Gauge gauge = registry.gauge({.name = "level", .help = "Level."});
    on_threads(4, [&](int) {
      for (int i = 0; i < kHot; ++i) gauge.inc();
    });
    EXPECT_EQ(gauge.value(), 4 * kHot);
    gauge.set(value);
    EXPECT_EQ(gauge.value(), value);
    EXPECT_EQ(std::signbit(gauge.value()), std::signbit(value));
    gauge.set(std::numeric_limits<double>::quiet_NaN());
    EXPECT_TRUE(std::isnan(gauge.value()));
    gauge.set(0.1);
    on_threads(4, [&](int) {
      for (int i = 0; i < kHot; ++i) gauge.inc();
      for (int i = 0; i < kHot; ++i) gauge.dec();
    });
    EXPECT_NEAR(gauge.value(), 0.1, 1e-9);
  }
}

// The gauge is hot. One thread increments it, and another one decrements it.
TEST(GaugeCells, CountWholeAmountsExactly) {
  Registry registry;
  const Gauge gauge = registry.gauge({.name = "level", .help = "Level."});
  gauge.set(-3);  // before the gauge is hot
  for (int i = 0; i < kHot; ++i) gauge.inc();
  for (int i = 0; i < kHot; ++i) gauge.dec();
  for (const double amount : {1., 1e9, 0x1p53}) {  // the last one overflows a cell several times
    on_threads(2, [&](int thread) {
      for (int i = 0; i < kHot; ++i) gauge.inc(thread == 0 ? amount : -amount);
    });
    for (int i = 0; i < 1'000; ++i) gauge.inc();
    EXPECT_EQ(gauge.value(), 997) << amount;
    for (int i = 0; i < 1'000; ++i) gauge.dec();
  }
  gauge.dec(0x1p53 - 4);
  EXPECT_EQ(gauge.value(), -(0x1p53 - 1));
  gauge.inc(0x1p53 - 1);
  gauge.inc(0x1p53 - 1);
  EXPECT_EQ(gauge.value(), 0x1p53 - 1);
}

// The base of the gauge and its cells cancel each other.
TEST(GaugeCells, CountExactlyBesideALargeOppositeBase) {
  Registry registry;
  const Gauge gauge = registry.gauge({.name = "level", .help = "Level."});
  gauge.set(-(0x1p53 - 1));
  for (int i = 0; i < kHot; ++i) gauge.inc();
  gauge.inc(0x1p53 - 1);
  gauge.inc(0x1p53 - 1 - kHot);
  EXPECT_EQ(gauge.value(), 0x1p53 - 1);
}

TEST(GaugeCells, KeepFractionsBesideLargeOppositeAmounts) {
  for (const double large : {1e12, 1e12 + 0.1}) {
    Registry registry;
    const Gauge gauge = registry.gauge({.name = "level", .help = "Level."});
    for (int i = 0; i < kHot; ++i) gauge.inc();
    for (int i = 0; i < kHot; ++i) gauge.dec();
    on_threads(1, [&](int) { gauge.inc(large); });
    on_threads(1, [&](int) { gauge.dec(large); });
    gauge.inc(0.001);
    EXPECT_NEAR(gauge.value(), 0.001, 1e-9) << large;
  }
}

// A bucket of tokens: filled by fractions, emptied by whole ones, hot before the first fraction.
TEST(GaugeCells, CountFractionsAndWholeAmountsTogether) {
  Registry registry;
  const Gauge gauge = registry.gauge({.name = "tokens", .help = "Tokens."});
  for (int i = 0; i < kHot; ++i) gauge.inc();
  for (int i = 0; i < kHot; ++i) gauge.dec();
  on_threads(2, [&](int thread) {
    for (int i = 0; i < 100 * kHot; ++i) gauge.inc(thread == 0 ? 1000.1 : -1000);
  });
  EXPECT_NEAR(gauge.value(), 0.1 * 100 * kHot, 1e-9 * 1000.1 * 100 * kHot);
}

// From the first fraction on, whole amounts go where the fractions are. Their sum would otherwise be too large for them.
TEST(GaugeCells, KeepFractionsWithLargeWholeAmounts) {
  Registry registry;
  const Gauge gauge = registry.gauge({.name = "level", .help = "Level."});
  for (int i = 0; i < kHot; ++i) gauge.inc();
  for (int i = 0; i < kHot; ++i) gauge.dec();
  for (int i = 0; i < kHot; ++i) {
    gauge.inc(1e13 + 0.5);
    gauge.dec(1e13);
  }
  EXPECT_EQ(gauge.value(), 0.5 * kHot);
}

TEST(GaugeCells, RecoverFromInfinity) {
  Registry registry;
  const Gauge gauge = registry.gauge({.name = "level", .help = "Level."});
  for (int i = 0; i < kHot; ++i) gauge.inc();
  gauge.inc(std::numeric_limits<double>::infinity());
  EXPECT_EQ(gauge.value(), std::numeric_limits<double>::infinity());
  gauge.set(3);
  for (int i = 0; i < kHot; ++i) gauge.inc();
  EXPECT_EQ(gauge.value(), 3 + kHot);
}

// A reader never sees the old base with the new cells.
TEST(GaugeCells, AllowSetsDuringIncrementsAndReads) {
  constexpr double kStep = 1e6;
  Registry registry;
  const Gauge gauge = registry.gauge({.name = "level", .help = "Level."});
  std::atomic<double> sets{0};
  {
    const Repeatedly reader([&] {
      const double set = sets.load();
      const double value = gauge.value();
      EXPECT_GE(value, set * kStep);
      EXPECT_LT(value, (sets.load() + 2) * kStep);
    });
    for (int round = 1; round <= 100; ++round) {
      for (int i = 0; i < kHot; ++i) gauge.inc();
      gauge.set(round * kStep);
      sets.store(round);
    }
  }
  EXPECT_EQ(gauge.value(), 100 * kStep);
}

// The state of a gauge is in the flags of its series, which eviction and exemplars change too.
TEST(SeriesFlags, StayWhileAnotherThreadChangesOthers) {
  using Flags = detail::GaugeSeries;
  const detail::SeriesPtr<Flags> series(detail::Series::make<Flags>(""));
  on_threads(2, [&](int thread) {
    const auto own = thread == 0 ? Flags::kNotAccessed : Flags::kNeedsExemplar;
    for (int i = 0; i < 500 * kHot; ++i) {
      series->set_flag(own);
      ASSERT_TRUE(series->has_flag(own));
      series->clear_flag(own);
      ASSERT_FALSE(series->has_flag(own));
    }
  });
}

}  // namespace
}  // namespace narthex
