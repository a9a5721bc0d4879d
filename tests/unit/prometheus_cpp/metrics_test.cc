// The metrics of prometheus-cpp 1.3 on narthex. Each expectation follows the comments of its headers.

#include <chrono>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include <gmock/gmock.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/info.h>
#include <prometheus/summary.h>

#include "support/error_message.h"
#include "support/manual_clock.h"

namespace prometheus {
namespace {

using narthex::error_message;
using testing::ElementsAre;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
const double kNaN = std::numeric_limits<double>::quiet_NaN();

std::vector<std::uint64_t> counts(const ClientMetric& metric) {
  std::vector<std::uint64_t> counts;
  for (const auto& bucket : metric.histogram.bucket) counts.push_back(bucket.cumulative_count);
  return counts;
}

std::vector<double> bounds(const ClientMetric& metric) {
  std::vector<double> bounds;
  for (const auto& bucket : metric.histogram.bucket) bounds.push_back(bucket.upper_bound);
  return bounds;
}

// counter.h: "The counter will not change if the given amount is negative."
TEST(PrometheusCppCounter, AddsAmountsThatAreNotNegative) {
  Counter counter;
  EXPECT_EQ(counter.Value(), 0);
  counter.Increment();
  counter.Increment(2.5);
  counter.Increment(-1);
  counter.Increment(kNaN);
  EXPECT_EQ(counter.Value(), 3.5);
  EXPECT_EQ(counter.Collect().counter.value, 3.5);
  EXPECT_TRUE(counter.Collect().label.empty());
}

// counter.h: "Reset the counter to zero."
TEST(PrometheusCppCounter, StartsAgainFrom0AfterReset) {
  Counter counter;
  for (int i = 0; i < 10'000; ++i) counter.Increment();  // hot: the thread has a cell
  counter.Reset();
  EXPECT_EQ(counter.Value(), 0);
  counter.Increment(2);
  EXPECT_EQ(counter.Collect().counter.value, 2);
  counter.Reset();
  EXPECT_EQ(counter.Value(), 0);
}

TEST(PrometheusCppCounter, ForgetsItsOldValueAtReset) {
  Counter counter;
  for (const double amount : {kInfinity, 1e17, 0.1}) {
    counter.Increment(amount);
    counter.Reset();
    counter.Increment(0.3);
    EXPECT_EQ(counter.Value(), 0.3) << amount;
    counter.Reset();
  }
}

// gauge.h
TEST(PrometheusCppGauge, GoesUpAndDown) {
  Gauge gauge(5);
  gauge.Increment();
  gauge.Increment(10);
  gauge.Decrement();
  gauge.Decrement(-1);
  EXPECT_EQ(gauge.Value(), 16);
  gauge.Set(-3);
  EXPECT_EQ(gauge.Collect().gauge.value, -3);
  gauge.Set(kNaN);
  EXPECT_TRUE(std::isnan(gauge.Value()));
  EXPECT_EQ(Gauge().Value(), 0);
}

// gauge.h: "Set the gauge to the current unixtime in seconds."
TEST(PrometheusCppGauge, IsSetToTheCurrentTime) {
  using std::chrono::duration;
  using std::chrono::system_clock;
  Gauge gauge;
  const double before = duration<double>(system_clock::now().time_since_epoch()).count();
  gauge.SetToCurrentTime();
  EXPECT_GE(gauge.Value(), before);
  EXPECT_LE(gauge.Value(), duration<double>(system_clock::now().time_since_epoch()).count());
}

// histogram.h: a bound is inclusive, and the +Inf bucket is added.
TEST(PrometheusCppHistogram, CountsInBuckets) {
  Histogram histogram({1, 2});
  for (const double value : {0.5, 1.0, 1.5, 2.0, 7.0, -4.0}) histogram.Observe(value);
  const ClientMetric metric = histogram.Collect();
  EXPECT_THAT(bounds(metric), ElementsAre(1, 2, kInfinity));
  EXPECT_THAT(counts(metric), ElementsAre(3, 5, 6));
  EXPECT_EQ(metric.histogram.sample_count, 6);
  EXPECT_EQ(metric.histogram.sample_sum, 8);
}

TEST(PrometheusCppHistogram, MayHaveOnlyTheInfBucket) {
  Histogram histogram(Histogram::BucketBoundaries{});
  histogram.Observe(3);
  EXPECT_THAT(bounds(histogram.Collect()), ElementsAre(kInfinity));
  EXPECT_THAT(counts(histogram.Collect()), ElementsAre(1));
  EXPECT_THAT(bounds(Histogram({1, kInfinity}).Collect()), ElementsAre(1, kInfinity));
}

TEST(PrometheusCppHistogram, RejectsBoundsThatDoNotIncrease) {
  EXPECT_THROW(Histogram({2, 1}), std::invalid_argument);
  EXPECT_THROW(Histogram({1, kNaN}), std::invalid_argument);
  EXPECT_THROW(Histogram({kInfinity, 1}), std::invalid_argument);
  EXPECT_EQ(error_message([] { Histogram({1, 3, 3}); }), "bucket 3 is 3 and follows 3; bounds must increase");
  EXPECT_EQ(error_message([] {
              Histogram({-kInfinity, 3});
            }),
            "bucket 1 is -inf; allowed: finite numbers, and +Inf as the last bound");
}

// histogram.h: "Increments counters given a count for each bucket. (i.e. the caller of this function must have already
// sorted the values into buckets). Also increments the total sum of all observations by the given value."
TEST(PrometheusCppHistogram, ObservesMultiple) {
  Histogram histogram({1, 2});
  histogram.Observe(1.5);
  histogram.ObserveMultiple({5, 9, 3}, 20);
  EXPECT_THAT(counts(histogram.Collect()), ElementsAre(5, 15, 18));
  EXPECT_EQ(histogram.Collect().histogram.sample_sum, 21.5);
  histogram.ObserveMultiple({1.9, -3, kNaN}, -100);
  histogram.ObserveMultiple({1e300, 0, 0}, 0);
  histogram.ObserveMultiple({1e300, 0, 0}, 0);
  EXPECT_EQ(histogram.Collect().histogram.sample_count, 19 + (std::uint64_t{1} << 54));
  histogram.Reset();
  histogram.ObserveMultiple({6, 10, 3}, -78.5);
  EXPECT_THAT(counts(histogram.Collect()), ElementsAre(6, 16, 19));
  EXPECT_EQ(histogram.Collect().histogram.sample_sum, -78.5);
}

TEST(PrometheusCppHistogram, RejectsAnotherNumberOfBuckets) {
  Histogram histogram({1, 2});
  EXPECT_THROW(histogram.ObserveMultiple({5, 9, 3, 1}, 20), std::length_error);
  EXPECT_EQ(error_message([&] {
              histogram.ObserveMultiple({5, 9}, 20);
            }),
            "ObserveMultiple: 2 bucket increments; the histogram has 3 buckets, with +Inf");
  EXPECT_EQ(histogram.Collect().histogram.sample_count, 0);
}

// histogram.h: "Reset all data points collected so far."
TEST(PrometheusCppHistogram, StartsAgainFrom0AfterReset) {
  Histogram histogram({1});
  for (int i = 0; i < 10'000; ++i) histogram.Observe(0.5);  // hot: the thread has cells
  histogram.Reset();
  EXPECT_THAT(counts(histogram.Collect()), ElementsAre(0, 0));
  EXPECT_EQ(histogram.Collect().histogram.sample_sum, 0);
  histogram.Observe(4);
  EXPECT_THAT(counts(histogram.Collect()), ElementsAre(0, 1));
  EXPECT_EQ(histogram.Collect().histogram.sample_count, 1);
  EXPECT_EQ(histogram.Collect().histogram.sample_sum, 4);
  histogram.Reset();
  EXPECT_EQ(histogram.Collect().histogram.sample_count, 0);
}

TEST(PrometheusCppHistogram, ForgetsItsOldSumAtReset) {
  Histogram histogram({1});
  for (const double value : {kNaN, kInfinity, 1e17, -5.0}) {
    histogram.Observe(value);
    histogram.Reset();
    histogram.Observe(0.3);
    EXPECT_EQ(histogram.Collect().histogram.sample_sum, 0.3) << value;
    EXPECT_THAT(counts(histogram.Collect()), ElementsAre(1, 1)) << value;
    histogram.Reset();
  }
}

// summary.h: count, sum, and quantiles. narthex has an error of 1.1 % of the value.
TEST(PrometheusCppSummary, HasQuantiles) {
  Summary summary(Summary::Quantiles{{0.5, 0.05}, {0.9, 0.01}});
  EXPECT_TRUE(std::isnan(summary.Collect().summary.quantile.at(0).value));
  for (int i = 1; i <= 1000; ++i) summary.Observe(i);
  const ClientMetric::Summary value = summary.Collect().summary;
  EXPECT_EQ(value.sample_count, 1000);
  EXPECT_EQ(value.sample_sum, 500'500);
  EXPECT_EQ(value.quantile.at(0).quantile, 0.5);
  EXPECT_NEAR(value.quantile.at(0).value, 500, 6);
  EXPECT_NEAR(value.quantile.at(1).value, 900, 10);
}

// summary.h: "The Phi-quantiles are calculated over a sliding window of time." It does not depend on scrapes.
TEST(PrometheusCppSummary, HasQuantilesOfTheLastMaxAge) {
  narthex::ManualClock clock;
  const auto median = [](const Summary& summary) { return summary.Collect().summary.quantile.at(0).value; };
  Summary summary(Summary::Quantiles{{0.5, 0.05}}, std::chrono::seconds(60), 5);
  for (const std::chrono::seconds scrape_interval :
       {std::chrono::seconds(15), std::chrono::seconds(60), std::chrono::seconds(600)}) {
    for (int scrape = 1; scrape < 5; ++scrape) {
      for (std::chrono::seconds passed(0); passed < scrape_interval; ++passed) {
        clock.advance(std::chrono::seconds(1));
        summary.Observe(passed.count() < scrape_interval.count() - 60 ? 1 : 100);
      }
      EXPECT_NEAR(median(summary), 100, 1.1) << scrape_interval.count();
    }
  }
  clock.advance(std::chrono::seconds(75));
  EXPECT_TRUE(std::isnan(median(summary))) << "all observations are too old";
  EXPECT_EQ(summary.Collect().summary.sample_count, 4 * (15 + 60 + 600));
}

TEST(PrometheusCppSummary, MayHaveNoQuantiles) {
  Summary summary(Summary::Quantiles{}, std::chrono::seconds(10), 2);
  summary.Observe(3);
  EXPECT_EQ(summary.Collect().summary.sample_sum, 3);
  EXPECT_TRUE(summary.Collect().summary.quantile.empty());
}

TEST(PrometheusCppSummary, RejectsInvalidArguments) {
  const Summary::Quantiles median{{0.5, 0.05}};
  EXPECT_THROW(Summary(Summary::Quantiles{{1.5, 0.05}}), std::invalid_argument);
  EXPECT_THROW(Summary(Summary::Quantiles{{kNaN, 0.05}}), std::invalid_argument);
  EXPECT_THROW(Summary(median, std::chrono::seconds(0)), std::invalid_argument);
  EXPECT_THROW(Summary(median, std::chrono::seconds(60), 0), std::invalid_argument);
  EXPECT_THROW(Summary(median, std::chrono::seconds(60), 101), std::invalid_argument);
  EXPECT_EQ(error_message([] {
              Summary(Summary::Quantiles{{2, 0.05}});
            }),
            "summary: quantile is 2; allowed: 0 to 1, for example 0.99");
}

TEST(PrometheusCppInfo, Is1) { EXPECT_EQ(Info().Collect().info.value, 1); }

}  // namespace
}  // namespace prometheus
