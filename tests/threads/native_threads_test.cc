// Exponential buckets and threads: each observation is counted once, in its bucket, while the tables grow, the schema
// changes, and scrapes read.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <latch>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "metrics/exponential_buckets.h"
#include "support/native_sample.h"
#include "support/sample.h"
#include "support/threads.h"

namespace narthex {
namespace {

using detail::ExponentialBuckets;
using detail::ExponentialCell;
using detail::ExponentialKey;

constexpr int kThreads = 8;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// Integers of both signs from one to a billion: their sums are exact, and they use many buckets.
std::vector<double> whole_numbers(int seed, int count) {
  std::mt19937_64 random(static_cast<std::uint64_t>(seed));
  std::uniform_real_distribution<double> exponent(0, 30);
  std::vector<double> values;
  for (int i = 0; i < count; ++i) {
    const double size = std::floor(std::exp2(exponent(random) * (i + 1) / count));  // the range grows
    values.push_back(random() % 4 == 0 ? -size : size);
  }
  return values;
}

// Exposition rule 196. In every scrape, classic and native counts cover the same observations and never decrease.
TEST(NativeThreads, AllCountsOfAScrapeAreEqualWhileTheSchemaChanges) {
  constexpr int kRounds = 5;
  constexpr int kValues = 8'000;
  for (int round = 0; round < kRounds; ++round) {
    Registry registry;
    const Histogram histogram =
        registry.histogram({.name = "work",
                            .help = "Work.",
                            .buckets = {-100, 0.5, 10, 1e6},
                            .native = {.growth_factor = 1.001, .max_buckets = 30, .max_zero_threshold = 64}});
    std::uint64_t before = 0;
    int schema = detail::kFinestSchema;
    {
      const Repeatedly scraper([&] {
        const NativeRead read = native_sample(registry);
        EXPECT_EQ(read.count, read.in_buckets());
        EXPECT_EQ(read.count, read.classic.back().cumulative_count);
        EXPECT_GE(read.count, before);
        EXPECT_LE(read.schema, schema);
        EXPECT_LE(read.negative.size() + read.positive.size(), 30);
        before = read.count;
        schema = read.schema;
      });
      on_threads(kThreads, [&](int thread) {
        for (const double value : whole_numbers(thread, kValues)) histogram.observe(value);
      });
    }
    EXPECT_EQ(native_sample(registry).count, kThreads * kValues);
  }
}

// After all threads have ended, each observation is in its bucket.
TEST(NativeThreads, CountEachObservationInItsBucket) {
  constexpr int kRounds = 5;
  constexpr int kValues = 4'000;
  double sum = 0;
  std::vector<double> all;
  for (int thread = 0; thread < kThreads; ++thread) {
    for (const double value : whole_numbers(thread, kValues)) {
      all.push_back(value);
      sum += value;
    }
  }
  for (int round = 0; round < kRounds; ++round) {
    Registry registry;
    const Histogram histogram = registry.histogram(
        {.name = "work", .help = "Work.", .buckets = {1e3}, .native = {.growth_factor = 1.001, .max_buckets = 30}});
    on_threads(kThreads, [&](int thread) {
      for (const double value : whole_numbers(thread, kValues)) histogram.observe(value);
    });
    const NativeRead read = native_sample(registry);
    std::map<std::int32_t, std::uint64_t> positive;
    std::map<std::int32_t, std::uint64_t> negative;
    std::uint64_t below = 0;
    for (const double value : all) {
      const std::int32_t key =
          detail::coarser_key(detail::finest_key(std::fabs(value)), detail::kFinestSchema, read.schema);
      ++(value < 0 ? negative : positive)[key];
      below += value <= 1e3 ? 1 : 0;
    }
    const auto listed = [](const std::map<std::int32_t, std::uint64_t>& counts) {
      std::vector<NativeBucket> buckets;
      for (const auto& [index, count] : counts) buckets.push_back({index, count});
      return NativeRead::listed(buckets);
    };
    ASSERT_EQ(NativeRead::listed(read.positive), listed(positive));
    ASSERT_EQ(NativeRead::listed(read.negative), listed(negative));
    ASSERT_EQ(read.classic.at(0).cumulative_count, below);
    ASSERT_EQ(read.sum, sum);
  }
}

// All threads use the small table of a cold series at the same time.
TEST(NativeThreads, LoseNoObservationWhileTheBaseGrows) {
  constexpr int kRounds = 300;
  constexpr int kKeys = 100;
  for (int round = 0; round < kRounds; ++round) {
    ExponentialBuckets buckets(0, 0, 1'000);
    std::latch start(4);
    on_threads(4, [&](int) {
      start.arrive_and_wait();
      for (int i = 0; i < kKeys; ++i) buckets.observe(0, std::ldexp(1, i));
    });
    std::map<std::int32_t, std::uint64_t> counts;
    buckets.read([&](const ExponentialCell& cell) { counts[cell.key.index()] += cell.count; });
    ASSERT_EQ(counts.size(), kKeys);
    for (const auto& [index, count] : counts) ASSERT_EQ(count, 4) << index;
  }
}

TEST(NativeThreads, CountNaNInEveryTotal) {
  constexpr int kUpdates = 5'000;
  ExponentialBuckets buckets(3, 0, 320);
  on_threads(kThreads, [&](int thread) {
    for (int i = 0; i < kUpdates; ++i) buckets.observe(0, thread % 2 == 0 ? kNaN : 1);
  });
  std::uint64_t all = 0;
  std::uint64_t nan = 0;
  buckets.read([&](const ExponentialCell& cell) {
    all += cell.count;
    if (cell.key.side() == ExponentialKey::Side::nan) nan += cell.count;
  });
  EXPECT_EQ(nan, kThreads / 2 * kUpdates);
  EXPECT_EQ(all, kThreads * kUpdates);
}

TEST(NativeThreads, KeepTheirCountsWhenTheirThreadsEnd) {
  constexpr int kGenerations = 40;
  constexpr int kUpdates = 500;
  Registry registry;
  const Histogram histogram = registry.histogram({.name = "work", .help = "Work.", .native = {}});
  for (int generation = 0; generation < kGenerations; ++generation) {
    on_threads(4, [&](int thread) {
      for (int i = 0; i < kUpdates; ++i) histogram.observe(std::exp2(generation % 20) * (thread + 1));
    });
  }
  EXPECT_EQ(native_sample(registry).count, 4 * kGenerations * kUpdates);
}

TEST(NativeThreads, SummariesCountAllObservationsAndServeQuantiles) {
  constexpr int kUpdates = 10'000;
  Registry registry;
  const Summary plain = registry.summary({.name = "plain", .help = "P."});
  const Summary summary = registry.summary({.name = "work", .help = "W.", .quantiles = {0.5}});
  summary.observe(7);
  plain.observe(7);
  {
    double before = 0;
    const Repeatedly scraper([&] {
      const std::string text = to_text(registry);
      EXPECT_NEAR(sample(text, "work{quantile=\"0.5\"}"), 7, 7 * 0.011);
      EXPECT_GE(sample(text, "work_count"), before);
      before = sample(text, "work_count");
    });
    const Repeatedly another([&] { static_cast<void>(to_text(registry)); });
    on_threads(kThreads, [&](int) {
      for (int i = 0; i < kUpdates; ++i) {
        summary.observe(7);
        plain.observe(7);
      }
    });
  }
  const std::string text = to_text(registry);
  for (const std::string name : {"plain", "work"}) {
    EXPECT_EQ(sample(text, name + "_count"), kThreads * kUpdates + 1);
    EXPECT_EQ(sample(text, name + "_sum"), 7 * (kThreads * kUpdates + 1));
  }
}

// Series are created and removed, and their slots are reused. A new series starts at zero.
TEST(NativeThreads, StartAtZeroInAReusedSlot) {
  for (int round = 0; round < 20; ++round) {
    ExponentialBuckets buckets(3, 0, 320);
    EXPECT_EQ(buckets.read([](const ExponentialCell& cell) { ADD_FAILURE() << cell.count; }).rounded(), 0);
    on_threads(2, [&](int) {
      for (int i = 0; i < 6'000; ++i) buckets.observe(0, i % 10);
    });
    std::uint64_t count = 0;
    buckets.read([&](const ExponentialCell& cell) { count += cell.count; });
    ASSERT_EQ(count, 12'000);
  }
}

}  // namespace
}  // namespace narthex
