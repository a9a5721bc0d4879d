#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "metrics/exponential_buckets.h"
#include "metrics/quantile_window.h"
#include "support/manual_clock.h"
#include "support/sample.h"

namespace narthex {
namespace {

using detail::ExponentialBuckets;
using detail::ExponentialCell;
using detail::ExponentialCounts;
using detail::QuantileWindow;
using std::chrono::seconds;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr int kHot = 10'000;         // observations after which a series has cells for each thread
constexpr double kError = 0.010891;  // 2^(1/64) - 1: half the width of a bucket

// Exposition rule 44.
TEST(Summary, HasOnlySumAndCountWithoutQuantiles) {
  Registry registry;
  const Summary latency = registry.summary({.name = "rpc_seconds", .help = "R."});
  latency.observe(1);
  latency.observe(2.5);
  EXPECT_EQ(to_text(registry),
            "# HELP rpc_seconds R.\n# TYPE rpc_seconds summary\nrpc_seconds_sum 3.5\nrpc_seconds_count 2\n");
}

TEST(Summary, ObservesDurationsInSeconds) {
  Registry registry;
  const Summary latency = registry.summary({.name = "rpc_seconds", .help = "R."});
  latency.observe(std::chrono::milliseconds(250));
  latency.observe(std::chrono::duration<float>(0.5F));
  EXPECT_EQ(to_text(registry),
            "# HELP rpc_seconds R.\n# TYPE rpc_seconds summary\nrpc_seconds_sum 0.75\nrpc_seconds_count 2\n");
}

// Exposition rule 43: the quantile lines come first, in ascending order. The order in the options does not matter.
TEST(Summary, SortsItsQuantiles) {
  Registry registry;
  registry.summary({.name = "rpc_seconds", .help = "R.", .labels = {{"a", "b"}}, .quantiles = {1, 0, 0.5}})
      .observe(-0.0);
  EXPECT_EQ(to_text(registry),
            "# HELP rpc_seconds R.\n# TYPE rpc_seconds summary\nrpc_seconds{a=\"b\",quantile=\"0\"} 0\n"
            "rpc_seconds{a=\"b\",quantile=\"0.5\"} 0\nrpc_seconds{a=\"b\",quantile=\"1\"} 0\n"
            "rpc_seconds_sum{a=\"b\"} 0\nrpc_seconds_count{a=\"b\"} 1\n");
}

TEST(Summary, ReportsNaNQuantilesWithoutObservations) {
  Registry registry;
  const Summary latency = registry.summary({.name = "rpc_seconds", .help = "R.", .quantiles = {0.99}});
  const std::string before = "# HELP rpc_seconds R.\n# TYPE rpc_seconds summary\nrpc_seconds{quantile=\"0.99\"} NaN\n";
  EXPECT_EQ(to_text(registry), before + "rpc_seconds_sum 0\nrpc_seconds_count 0\n");
  latency.observe(kNaN);
  EXPECT_EQ(to_text(registry), before + "rpc_seconds_sum NaN\nrpc_seconds_count 1\n");
}

// In floating point, 0.07 * 100 and 0.56 * 100 are slightly greater than 7 and 56.
TEST(Summary, RoundsTheRankOfAQuantileCorrectly) {
  Registry registry;
  const Summary summary = registry.summary({.name = "s", .help = "S.", .quantiles = {0.07, 0.56}});
  for (int i = 1; i <= 100; ++i) summary.observe(i);
  const std::string text = to_text(registry);
  EXPECT_NEAR(sample(text, "s{quantile=\"0.07\"}"), 7, 7 * 0.011);
  EXPECT_NEAR(sample(text, "s{quantile=\"0.56\"}"), 56, 56 * 0.011);
}

TEST(Summary, ReportsQuantilesOfColdAndHotSeries) {
  Registry registry;
  const Summary latency = registry.summary({.name = "rpc_seconds", .help = "R.", .quantiles = {0, 0.5, 0.99, 1}});
  for (int i = 1; i <= 3 * kHot; ++i) {
    latency.observe(i);
    if (i % kHot != 0) continue;
    const std::string text = to_text(registry);
    EXPECT_NEAR(sample(text, "rpc_seconds{quantile=\"0\"}"), 1, kError);
    EXPECT_NEAR(sample(text, "rpc_seconds{quantile=\"0.5\"}"), 0.5 * i, 0.5 * i * kError);
    EXPECT_NEAR(sample(text, "rpc_seconds{quantile=\"0.99\"}"), 0.99 * i, 0.99 * i * kError);
    EXPECT_NEAR(sample(text, "rpc_seconds{quantile=\"1\"}"), i, i * kError);
    EXPECT_EQ(sample(text, "rpc_seconds_count"), i);
    EXPECT_EQ(sample(text, "rpc_seconds_sum"), 0.5 * i * (i + 1));
  }
}

TEST(Summary, ReportsInfinitiesAndSubnormalNumbers) {
  Registry registry;
  const Summary latency = registry.summary({.name = "rpc_seconds", .help = "R.", .quantiles = {0, 0.5, 1}});
  for (const double value : {-kInfinity, kInfinity, 5e-324}) latency.observe(value);
  const std::string text = to_text(registry);
  EXPECT_EQ(sample(text, "rpc_seconds{quantile=\"0\"}"), -kInfinity);
  EXPECT_EQ(sample(text, "rpc_seconds{quantile=\"1\"}"), kInfinity);
  EXPECT_NE(text.find("rpc_seconds{quantile=\"0.5\"} 5e-324\n"), std::string::npos);
}

TEST(Summary, CanHaveLabelsAndTimeFunctions) {
  Registry registry;
  const auto family = registry.summary({.name = "rpc_seconds", .help = "R."}, {"method"});
  EXPECT_EQ(family.labels("get").time([] { return 7; }), 7);
  EXPECT_THROW(family.labels("get").time([] { throw std::runtime_error("late"); }), std::runtime_error);
  { const Timer timer(family.labels("get")); }
  { const Timer timer(Summary(family.labels("put"))); }
  EXPECT_EQ(sample(to_text(registry), "rpc_seconds_count{method=\"get\"}"), 3);
  EXPECT_EQ(sample(to_text(registry), "rpc_seconds_count{method=\"put\"}"), 1);
}

TEST(Summary, DefaultConstructedHandleDoesNothing) {
  const Summary summary;
  summary.observe(1);
  EXPECT_EQ(summary.time([] { return 1; }), 1);
}

// Returns the error message of a definition.
std::string refusal(SummaryOptions options) {
  Registry registry;
  options.name = "s";
  options.help = "S.";
  try {
    registry.summary(options);
  } catch (const RegistrationError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(Summary, RejectsInvalidOptions) {
  EXPECT_EQ(refusal({.quantiles = {0.5, 99}}), "summary 's': quantile is 99; allowed: 0 to 1, for example 0.99");
  EXPECT_EQ(refusal({.quantiles = {-0.5}}), "summary 's': quantile is -0.5; allowed: 0 to 1, for example 0.99");
  EXPECT_EQ(refusal({.quantiles = {kNaN}}), "summary 's': quantile is NaN; allowed: 0 to 1, for example 0.99");
  EXPECT_EQ(refusal({.quantiles = {0.5, 0.9, 0.5}}),
            "summary 's': quantile 0.5 appears twice; each quantile must appear once");
  EXPECT_EQ(refusal({.max_age = std::chrono::milliseconds(0)}),
            "summary 's': max_age is 0 ms; allowed: above 0 and at most a year");
  EXPECT_EQ(refusal({.max_age = std::chrono::milliseconds::max()}),
            "summary 's': max_age is 9223372036854775807 ms; allowed: above 0 and at most a year");
  EXPECT_EQ(refusal({.age_buckets = 0}), "summary 's': age_buckets is 0; allowed: 1 to 100");
}

// Exposition rule 101.
TEST(Summary, RejectsTheLabelQuantile) {
  EXPECT_EQ(refusal({.labels = {{"quantile", "1"}}}),
            "summary 's': label 'quantile': a summary adds this label itself; use another name");
}

TEST(Summary, RejectsADifferentDefinitionOfTheSameName) {
  Registry registry;
  registry.summary({.name = "s", .help = "S.", .quantiles = {0.5, 0.9}});
  registry.summary({.name = "s", .help = "S.", .quantiles = {0.9, 0.5}});
  try {
    registry.summary({.name = "s", .help = "S."});
    FAIL() << "nothing was thrown";
  } catch (const RegistrationError& error) {
    EXPECT_STREQ(
        error.what(),
        "summary 's': an earlier definition is different; earlier: summary with help 'S.', labels (), quantiles (0.5, "
        "0.9), max_age 600000 ms, age_buckets 5; now: summary with help 'S.', labels (), no quantiles");
  }
}

TEST(Summary, ServesNoQuantileOlderThanItsAge) {
  ManualClock clock;
  Registry registry;
  const auto family =
      registry.summary({.name = "s", .help = "S.", .quantiles = {0.5}, .max_age = seconds(1)}, {"state"});
  const Summary cold = family.labels("cold");
  const Summary hot = family.labels("hot");
  const auto quantiles = [&] {
    const std::string text = to_text(registry);
    return std::pair(sample(text, "s{state=\"cold\",quantile=\"0.5\"}"),
                     sample(text, "s{state=\"hot\",quantile=\"0.5\"}"));
  };
  const auto expect_quantiles = [&](double expected) {
    const auto [of_cold, of_hot] = quantiles();
    EXPECT_NEAR(of_cold, expected, expected * kError);
    EXPECT_NEAR(of_hot, expected, expected * kError);
  };
  const auto expect_none = [&] {
    const auto [of_cold, of_hot] = quantiles();
    EXPECT_TRUE(std::isnan(of_cold)) << of_cold;
    EXPECT_TRUE(std::isnan(of_hot)) << of_hot;
  };
  cold.observe(1);
  for (int i = 0; i < kHot; ++i) hot.observe(1);
  expect_quantiles(1);
  clock.advance(seconds(5));
  expect_none();  // the first scrape after the silence
  expect_none();
  for (const Summary* summary : {&cold, &hot}) summary->observe(2);
  clock.advance(seconds(1));
  expect_quantiles(2);
  clock.advance(std::chrono::milliseconds(1));
  expect_none();
}

// A quantile window with its own clock. It keeps all values and compares the quantiles of every scrape with exact ones.
class LookingBack {
 public:
  static constexpr seconds kMaxAge{600};
  static constexpr int kSteps = 5;
  static constexpr seconds kLongestPause{75};  // between two scrapes, except those that are rarer than max_age

  void observe(double value) {
    buckets_.observe(0, value);
    values_.push_back(value);
  }

  // Scrapes after this time and checks the quantiles. The window must start at a scrape, or at the creation, that is at
  // most max_age ago. It must not be shorter than max_age by more than a step and the time between two scrapes. Returns
  // the number of observations in the window.
  std::size_t scrape(seconds later) {
    now_ += later;
    std::vector<ExponentialCell> cells;
    buckets_.read([&](const ExponentialCell& cell) { cells.push_back(cell); });
    const ExponentialCounts recent = window_.slide(ExponentialCounts(cells, buckets_.schema(), 0), now_);
    scrapes_.push_back({now_, values_.size()});
    const std::size_t count = count_of(recent);
    expect_age(values_.size() - count, later);
    std::vector<double> exact(values_.end() - static_cast<std::ptrdiff_t>(count), values_.end());
    std::ranges::sort(exact);
    for (const double quantile : {0.0, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0}) {
      expect_near(recent.quantile(quantile), exact, quantile);
    }
    return count;
  }

 private:
  struct Scrape {
    QuantileWindow::Clock::time_point at;
    std::size_t values;
  };

  static std::size_t count_of(const ExponentialCounts& counts) {
    const NativeSample sample = counts.sample();
    std::size_t count = sample.zero_count;
    for (const auto& bucket : sample.negative) count += bucket.count;
    for (const auto& bucket : sample.positive) count += bucket.count;
    return count;
  }

  static void expect_near(double estimate, const std::vector<double>& exact, double quantile) {
    if (exact.empty()) {
      EXPECT_TRUE(std::isnan(estimate));
      return;
    }
    const auto rank = static_cast<std::size_t>(std::ceil(quantile * static_cast<double>(exact.size())));
    const double expected = exact[std::max<std::size_t>(rank, 1) - 1];
    EXPECT_NEAR(estimate, expected, std::fabs(expected) * kError) << quantile << " of " << exact.size();
  }

  // Expects that the window starts at a scrape of an allowed age.
  void expect_age(std::size_t forgotten, seconds later) const {
    const auto is_right = [&](const Scrape& scrape) {
      if (scrape.values != forgotten) return false;
      if (later > kMaxAge) return scrape.at == now_;
      const auto age = now_ - scrape.at;
      const bool is_long_enough = age >= kMaxAge - kMaxAge / kSteps - kLongestPause || scrape.at == scrapes_.front().at;
      return age <= kMaxAge && is_long_enough;
    };
    EXPECT_TRUE(std::ranges::any_of(scrapes_, is_right)) << forgotten << " of " << values_.size();
  }

  QuantileWindow::Clock::time_point now_{std::chrono::hours(1)};
  ExponentialBuckets buckets_{5, 0, 3072};
  QuantileWindow window_{kMaxAge, kSteps, now_};
  std::vector<double> values_;
  std::vector<Scrape> scrapes_{{now_, 0}};
};

// Observes 200 values before each of 100 scrapes. Later scrapes do not contain the first values any more.
void expect_quantiles(const std::function<double(int)>& value) {
  LookingBack summary;
  for (int i = 0; i < 20'000; ++i) {
    summary.observe(value(i));
    if (i % 200 == 199) summary.scrape(seconds(15 + i % 7 * 10));
  }
}

TEST(QuantileWindow, StaysWithinItsErrorForAConstant) {
  expect_quantiles([](int) { return 0.042; });
}
TEST(QuantileWindow, StaysWithinItsErrorForTwoPeaks) {
  std::mt19937 random(1);
  expect_quantiles([&](int) { return random() % 100 < 98 ? 0.001 : 30; });
}
TEST(QuantileWindow, StaysWithinItsErrorOverTwelveDecades) {
  std::mt19937 random(1);
  std::uniform_real_distribution<double> exponent(-6, 6);
  expect_quantiles([&](int) { return std::pow(10, exponent(random)); });
}
TEST(QuantileWindow, StaysWithinItsErrorForRisingValues) {
  expect_quantiles([](int i) { return 1 + i; });
}
TEST(QuantileWindow, StaysWithinItsErrorForFallingValues) {
  expect_quantiles([](int i) { return 1e6 / (1 + i); });
}
TEST(QuantileWindow, StaysWithinItsErrorAcrossZero) {
  std::mt19937 random(1);
  std::normal_distribution<double> normal(0, 1e3);
  expect_quantiles([&](int i) { return i % 10 == 0 ? 0 : normal(random); });
}
TEST(QuantileWindow, StaysWithinItsErrorForAlternatingValues) {
  expect_quantiles([](int i) { return i / 3'000 % 2 == 0 ? 1e-3 + i : 1e9; });
}

TEST(QuantileWindow, IsEmptyIfThePreviousScrapeIsOlderThanItsAge) {
  LookingBack summary;
  for (int i = 1; i <= 20; ++i) {
    for (int n = 0; n < i; ++n) summary.observe(i);
    EXPECT_EQ(summary.scrape(LookingBack::kMaxAge + seconds(1)), 0);
  }
  summary.observe(1);
  EXPECT_EQ(summary.scrape(LookingBack::kMaxAge), 1);
}

TEST(QuantileWindow, ForgetsObservationsOlderThanItsAge) {
  LookingBack summary;
  summary.observe(1);
  EXPECT_EQ(summary.scrape(seconds(10)), 1);
  EXPECT_EQ(summary.scrape(seconds(10)), 1);
  summary.observe(1);
  EXPECT_EQ(summary.scrape(seconds(580)), 2);
  EXPECT_EQ(summary.scrape(seconds(1)), 1);
  EXPECT_EQ(summary.scrape(seconds(600)), 0);
}

// The resolution falls while the window keeps snapshots with a finer schema.
TEST(QuantileWindow, SubtractsCountsOfAFinerSchema) {
  const auto values = [](int from, int to) {
    std::vector<double> all;
    for (int i = from; i < to; ++i) all.push_back(std::exp2((i - 0.5) / 4));
    return all;
  };
  ExponentialBuckets buckets(5, 0, 3072);
  const auto read = [&] {
    std::vector<ExponentialCell> cells;
    buckets.read([&](const ExponentialCell& cell) { cells.push_back(cell); });
    return ExponentialCounts(cells, buckets.schema(), 0);
  };
  for (const double value : values(-400, 400)) buckets.observe(0, value);
  ExponentialCounts before = read();
  buckets.coarsen(2, 0);
  for (const double value : values(0, 8)) buckets.observe(0, value);
  ExponentialCounts recent = read();
  recent.subtract(before);
  const NativeSample sample = recent.sample();
  EXPECT_EQ(sample.schema, 2);
  ASSERT_EQ(sample.positive.size(), 8);
  for (std::int32_t i = 0; i < 8; ++i) {
    EXPECT_EQ(sample.positive[static_cast<std::size_t>(i)].index, i);
    EXPECT_EQ(sample.positive[static_cast<std::size_t>(i)].count, 1);
  }
}

}  // namespace
}  // namespace narthex
