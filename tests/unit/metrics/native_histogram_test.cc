#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "metrics/exponential_buckets.h"
#include "support/native_sample.h"
#include "support/null_sink.h"
#include "support/prometheus_bounds.h"

namespace narthex {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr int kHot = 10'000;  // observations after which a series has a table for each thread

// Returns the native sample of a histogram with these options after it has observed the values.
NativeRead observed(std::initializer_list<double> values, NativeBuckets native = {.growth_factor = 2}) {
  Registry registry;
  const Histogram histogram = registry.histogram({.name = "size_bytes", .help = "Sizes.", .native = native});
  for (const double value : values) histogram.observe(value);
  return native_sample(registry);
}

// Exposition rule 185.
TEST(NativeHistogram, CountsNegativeZeroAndPositiveValues) {
  const NativeRead read = observed({1, 1, 1.5, 3, -2, 0, 1e-200});
  EXPECT_EQ(read.text(), "schema 0, negative {1:1}, zero 2, positive {0:2 1:1 2:1}, count 7, sum 4.5");
  EXPECT_EQ(read.zero_threshold, 0x1p-128);
}

// Exposition rule 187.
TEST(NativeHistogram, CountsNaNInNoBucket) {
  EXPECT_EQ(observed({kNaN, 1}).text(), "schema 0, negative {}, zero 0, positive {0:1}, count 2, sum nan");
}

// Exposition rule 190.
TEST(NativeHistogram, CountsInfinitiesInTheBucketAboveTheLargestNumber) {
  EXPECT_EQ(observed({kInfinity, std::numeric_limits<double>::max()}).text(),
            "schema 0, negative {}, zero 0, positive {1024:1 1025:1}, count 2, sum inf");
  EXPECT_EQ(observed({-kInfinity}).text(), "schema 0, negative {1025:1}, zero 0, positive {}, count 1, sum -inf");
}

TEST(NativeHistogram, CountsSubnormalNumbersIfTheZeroThresholdIsZero) {
  const double smallest = std::numeric_limits<double>::denorm_min();
  EXPECT_EQ(observed({smallest, -smallest, 0, -0.0}, {.growth_factor = 2, .zero_threshold = 0}).text(),
            "schema 0, negative {-1074:1}, zero 2, positive {-1074:1}, count 4, sum 0");
}

TEST(NativeHistogram, HasAZeroBucketThatIncludesItsThreshold) {
  const NativeRead read = observed({0.3, -0.3, std::nextafter(0.3, 1)}, {.growth_factor = 2, .zero_threshold = 0.3});
  EXPECT_EQ(read.text(), "schema 0, negative {}, zero 2, positive {-1:1}, count 3, sum 0.30000000000000004");
  EXPECT_EQ(read.zero_threshold, 0.3);
}

// Exposition rule 191: the sample that a format receives.
TEST(NativeHistogram, StartsEmpty) {
  const NativeRead usual = observed({}, {});
  EXPECT_EQ(usual.text(), "schema 3, negative {}, zero 0, positive {}, count 0, sum 0");
  EXPECT_EQ(usual.zero_threshold, 0x1p-128);
  EXPECT_EQ(observed({}, {.zero_threshold = 0}).zero_threshold, 0);
}

// Returns the schema and the zero threshold of a histogram with these options, or "off" without native buckets.
std::string native_form(const HistogramOptions& options) {
  struct Reader : NullSink {
    void histogram(LabelView, const HistogramSample& sample, const Timestamp&) override {
      if (sample.native) {
        form = fmt::format("schema {}, zero threshold {}", sample.native->schema, sample.native->zero_threshold);
      }
    }
    std::string form = "off";
  };
  Registry registry;
  registry.histogram(options);
  Reader reader;
  registry.collect(reader);
  return reader.form;
}

TEST(NativeHistogram, IsDisabledByDefaultAndEnabledByEveryFormOfTheOption) {
  EXPECT_EQ(native_form({.name = "h", .help = "H."}), "off");
  EXPECT_EQ(native_form({.name = "h", .help = "H.", .native = {}}), "schema 3, zero threshold 2.938735877055719e-39");
  EXPECT_EQ(native_form({.name = "h", .help = "H.", .native = {.growth_factor = 1.1}}),
            "schema 3, zero threshold 2.938735877055719e-39");
  NativeBuckets variable;
  variable.zero_threshold = 0.5;
  EXPECT_EQ(native_form({.name = "h", .help = "H.", .native = variable}), "schema 3, zero threshold 0.5");
  variable.enabled = false;
  EXPECT_EQ(native_form({.name = "h", .help = "H.", .native = variable}), "off");
  HistogramOptions options{.name = "h", .help = "H."};
  options.native = {};
  EXPECT_EQ(native_form(options), "schema 3, zero threshold 2.938735877055719e-39");
}

// Exposition rule 192.
TEST(NativeHistogram, HalvesItsResolutionIfThereAreTooManyBuckets) {
  EXPECT_EQ(observed({0.125, 0.25, 0.5, 1, 2, 4, 8}, {.growth_factor = 2, .max_buckets = 4}).text(),
            "schema -1, negative {}, zero 0, positive {-1:2 0:2 1:2 2:1}, count 7, sum 15.875");
}

// Exposition rule 193.
TEST(NativeHistogram, HalvesItsResolutionRepeatedlyUntilTheLimitIsMet) {
  EXPECT_EQ(observed({1, 2, 4, 8}, {.growth_factor = 2, .max_buckets = 2}).text(),
            "schema -2, negative {}, zero 0, positive {0:1 1:3}, count 4, sum 15");
}

// Exposition rule 194.
TEST(NativeHistogram, WidensTheZeroBucketBeforeItHalvesItsResolution) {
  const NativeRead read = observed({0.5, 2, 8}, {.growth_factor = 2, .max_buckets = 2, .max_zero_threshold = 1});
  EXPECT_EQ(read.text(), "schema 0, negative {}, zero 1, positive {1:1 3:1}, count 3, sum 10.5");
  EXPECT_EQ(read.zero_threshold, 0.5);
}

// At schema 0, even the threshold 0.5 leaves too many buckets. It is not a bound of schema -1.
TEST(NativeHistogram, WidensTheZeroBucketToABoundOfTheFinalSchema) {
  const NativeRead read =
      observed({-0.1, 0.5, 2, 4, 8, 16}, {.growth_factor = 2, .max_buckets = 3, .max_zero_threshold = 0.75});
  EXPECT_EQ(read.text(), "schema -1, negative {}, zero 1, positive {0:1 1:2 2:2}, count 6, sum 30.4");
  EXPECT_EQ(read.zero_threshold, 0.25);
}

// The threshold is the bound of Prometheus, and not the double that is nearest to the root of 1/2.
TEST(NativeHistogram, WidensTheZeroBucketToABoundOfPrometheus) {
  Registry registry;
  const Histogram histogram =
      registry.histogram({.name = "size_bytes",
                          .help = "Sizes.",
                          .native = {.growth_factor = 1.5, .max_buckets = 2, .max_zero_threshold = 1}});
  for (const double value : {0.7, 0.9}) histogram.observe(value);
  EXPECT_EQ(native_sample(registry).text(), "schema 1, negative {}, zero 0, positive {-1:1 0:1}, count 2, sum 1.6");
  histogram.observe(3);
  const NativeRead read = native_sample(registry);
  EXPECT_EQ(read.text(), "schema 1, negative {}, zero 1, positive {0:1 4:1}, count 3, sum 4.6");
  EXPECT_EQ(read.zero_threshold, 0.7071067811865475);
  EXPECT_NE(read.zero_threshold, std::sqrt(0.5));
}

// How Prometheus compares two samples of a native histogram.
class Comparison {
 public:
  Comparison(const NativeRead& before, const NativeRead& now) : before_(before), now_(now) {}

  bool is_reset() const {
    if (now_.count < before_.count || now_.schema > before_.schema) return true;
    if (now_.zero_threshold < before_.zero_threshold) return true;
    if (now_.zero_threshold > before_.zero_threshold && is_within_a_bucket(now_.zero_threshold)) return true;
    return now_.zero_count < zero_count_before() || has_lost(before_.negative, now_.negative) ||
           has_lost(before_.positive, now_.positive);
  }

 private:
  bool is_within_a_bucket(double threshold) const {
    return std::ranges::any_of(std::array{&before_.negative, &before_.positive}, [&](const auto* buckets) {
      return std::ranges::any_of(*buckets, [&](const NativeBucket& bucket) {
        return prometheus_bound(bucket.index - 1, before_.schema) < threshold &&
               threshold < prometheus_bound(bucket.index, before_.schema);
      });
    });
  }
  // Returns the zero count of the earlier sample with the threshold of the later one.
  std::uint64_t zero_count_before() const {
    std::uint64_t count = before_.zero_count;
    if (now_.zero_threshold == before_.zero_threshold) return count;
    for (const auto* buckets : {&before_.negative, &before_.positive}) {
      for (const NativeBucket& bucket : *buckets) {
        if (prometheus_bound(bucket.index - 1, before_.schema) < now_.zero_threshold) count += bucket.count;
      }
    }
    return count;
  }
  bool has_lost(const std::vector<NativeBucket>& before, const std::vector<NativeBucket>& now) const {
    std::map<std::int32_t, std::uint64_t> counts;
    for (const NativeBucket& bucket : before) {
      counts[detail::coarser_key(bucket.index, before_.schema, now_.schema)] += bucket.count;
    }
    for (const NativeBucket& bucket : now) {
      if (auto found = counts.find(bucket.index); found != counts.end() && found->second <= bucket.count) {
        counts.erase(found);
      }
    }
    return std::ranges::any_of(
        counts, [&](const auto& lost) { return prometheus_bound(lost.first, now_.schema) > now_.zero_threshold; });
  }

  const NativeRead& before_;
  const NativeRead& now_;
};

// Observes 60 batches, whose values cover more and more octaves. Returns the samples after each.
std::vector<NativeRead> adapting_samples(NativeBuckets native, std::mt19937_64& random) {
  Registry registry;
  const Histogram histogram = registry.histogram({.name = "size_bytes", .help = "Sizes.", .native = native});
  std::vector<NativeRead> reads;
  for (int batch = 0; batch < 60; ++batch) {
    std::normal_distribution<double> normal;
    const std::uint64_t values = random() % 6;
    for (std::uint64_t i = 0; i < values; ++i) {
      const double exponent = normal(random) * batch * 0.2 - 4;
      histogram.observe(std::exp2(exponent) * (random() % 4 == 0 ? -1 : 1));
    }
    reads.push_back(native_sample(registry));
  }
  return reads;
}

TEST(NativeHistogram, IsNeverACounterResetForPrometheusWhenItAdapts) {
  std::mt19937_64 random(1);
  for (const double growth_factor : {1.01, 1.1, 1.5, 2.0, 5.0}) {
    for (const std::size_t max_buckets : {1U, 2U, 5U, 20U}) {
      for (const double zero_threshold : {0.0, 0x1p-128, 0.001}) {
        for (const double max_zero_threshold : {0.0, 0.01, 0.3, 0.75, 1.0, 20.0}) {
          const NativeBuckets native{.growth_factor = growth_factor,
                                     .max_buckets = max_buckets,
                                     .zero_threshold = zero_threshold,
                                     .max_zero_threshold = max_zero_threshold};
          const auto reads = adapting_samples(native, random);
          for (std::size_t i = 1; i < reads.size(); ++i) {
            ASSERT_FALSE(Comparison(reads[i - 1], reads[i]).is_reset())
                << growth_factor << " " << max_buckets << " " << max_zero_threshold << ": " << reads[i - 1].text()
                << ", " << reads[i - 1].zero_threshold << " then " << reads[i].text() << ", "
                << reads[i].zero_threshold;
            ASSERT_LE(reads[i].zero_threshold, std::max(zero_threshold, max_zero_threshold));
          }
          // Another server received the first and the last sample only. 1 is a bound of every schema.
          if (max_zero_threshold != 1) continue;
          for (const NativeRead& read : reads) ASSERT_FALSE(Comparison(read, reads.back()).is_reset()) << read.text();
        }
      }
    }
  }
}

TEST(NativeHistogram, ExceedsTheBucketLimitAtTheCoarsestSchema) {
  EXPECT_EQ(observed({-1, 1, 1e10}, {.growth_factor = 2, .max_buckets = 1}).text(),
            "schema -4, negative {0:1}, zero 0, positive {0:1 3:1}, count 3, sum 10000000000");
}

TEST(NativeHistogram, NeverIncreasesItsResolution) {
  Registry registry;
  const Histogram histogram =
      registry.histogram({.name = "size_bytes",
                          .help = "Sizes.",
                          .native = {.growth_factor = 2, .max_buckets = 2, .max_zero_threshold = 0.25}});
  for (const double value : {0.125, 0.25, 2.0, 4.0, 8.0}) histogram.observe(value);
  EXPECT_EQ(native_sample(registry).text(), "schema -1, negative {}, zero 2, positive {1:2 2:1}, count 5, sum 14.375");
  for (const double value : {0.2, 2.0, 4.0, 8.0}) histogram.observe(value);
  const NativeRead read = native_sample(registry);
  EXPECT_EQ(read.text(), "schema -1, negative {}, zero 3, positive {1:4 2:2}, count 9, sum 28.575");
  EXPECT_EQ(read.zero_threshold, 0.25);
}

TEST(NativeHistogram, AlsoHasClassicBucketsIfTheyAreConfigured) {
  Registry registry;
  const Histogram histogram = registry.histogram(
      {.name = "size_bytes", .help = "Sizes.", .buckets = {0.7, 1, 10}, .native = {.growth_factor = 2}});
  for (const double value : {0.6, 0.7, 0.8, 1.0, 1.5, -3.0, 0.0, 100.0, kNaN}) histogram.observe(value);
  const NativeRead read = native_sample(registry);
  EXPECT_EQ(read.text(), "schema 0, negative {2:1}, zero 1, positive {0:4 1:1 7:1}, count 9, sum nan");
  std::vector<std::uint64_t> counts;
  for (const Bucket& bucket : read.classic) counts.push_back(bucket.cumulative_count);
  EXPECT_EQ(counts, (std::vector<std::uint64_t>{4, 6, 7, 9}));
}

// Exposition rule 79.
TEST(NativeHistogram, IsServedAsTheInfBucketInTextFormats) {
  Registry registry;
  registry.histogram({.name = "size_bytes", .help = "Sizes.", .native = {}}).observe(3);
  EXPECT_EQ(to_text(registry),
            "# HELP size_bytes Sizes.\n# TYPE size_bytes histogram\n"
            "size_bytes_bucket{le=\"+Inf\"} 1\nsize_bytes_sum 3\nsize_bytes_count 1\n");
}

TEST(NativeHistogram, CanHaveLabels) {
  Registry registry;
  const auto family = registry.histogram({.name = "size_bytes", .help = "Sizes.", .native = {}}, {"what"});
  family.labels("a").observe(1);
  family.labels("b").time([] {});
  const auto reads = native_samples(registry);
  ASSERT_EQ(reads.size(), 2);
  EXPECT_EQ(reads[0].text(), "schema 3, negative {}, zero 0, positive {0:1}, count 1, sum 1");
  EXPECT_EQ(reads[1].count, 1);
}

// Returns the error message of a definition.
std::string refusal(NativeBuckets native) {
  Registry registry;
  try {
    registry.histogram({.name = "h", .help = "H.", .native = native});
  } catch (const RegistrationError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(NativeHistogram, RejectsLimitsOutOfRange) {
  const std::string factor = "histogram 'h': native growth_factor is {}; allowed: finite numbers > 1, such as 1.1";
  EXPECT_EQ(refusal({.growth_factor = 1}), fmt::format(fmt::runtime(factor), "1"));
  EXPECT_EQ(refusal({.growth_factor = kNaN}), fmt::format(fmt::runtime(factor), "NaN"));
  EXPECT_EQ(refusal({.growth_factor = kInfinity}), fmt::format(fmt::runtime(factor), "+Inf"));
  EXPECT_EQ(refusal({.max_buckets = 0}), "histogram 'h': native max_buckets is 0; allowed: 1 to 65536, such as 160");
  EXPECT_EQ(refusal({.max_buckets = 65'537}),
            "histogram 'h': native max_buckets is 65537; allowed: 1 to 65536, such as 160");
  EXPECT_EQ(refusal({.growth_factor = -1}), fmt::format(fmt::runtime(factor), "-1"));
  EXPECT_EQ(refusal({.zero_threshold = -1}),
            "histogram 'h': native zero_threshold is -1; allowed: finite numbers >= 0");
  EXPECT_EQ(refusal({.zero_threshold = kNaN}),
            "histogram 'h': native zero_threshold is NaN; allowed: finite numbers >= 0");
  EXPECT_EQ(refusal({.max_zero_threshold = -1}),
            "histogram 'h': native max_zero_threshold is -1; allowed: finite numbers >= 0");
}

TEST(NativeHistogram, ConflictsWithAClassicDefinition) {
  Registry registry;
  registry.histogram({.name = "h", .help = "H.", .buckets = {1}, .native = {}});
  registry.histogram({.name = "h", .help = "H.", .buckets = {1}, .native = {.growth_factor = 1.1}});
  try {
    registry.histogram({.name = "h", .help = "H.", .buckets = {1}});
    FAIL() << "nothing was thrown";
  } catch (const RegistrationError& error) {
    EXPECT_STREQ(
        error.what(),
        "histogram 'h': an earlier definition is different; earlier: histogram with help 'H.', labels (), buckets (1), "
        "native buckets of schema 3, max_buckets 160, zero_threshold 2.938735877055719e-39, "
        "max_zero_threshold 0; now: histogram with help 'H.', labels (), buckets (1)");
  }
}

// Returns the expected count of each bucket in a schema.
std::map<std::int32_t, std::uint64_t> counted(const std::vector<double>& values, int schema) {
  std::map<std::int32_t, std::uint64_t> counts;
  for (const double value : values) {
    ++counts[detail::coarser_key(detail::finest_key(value), detail::kFinestSchema, schema)];
  }
  return counts;
}

TEST(NativeHistogram, KeepsAllCountsWhenItsResolutionFalls) {
  std::mt19937_64 random(1);
  Registry registry;
  const Histogram histogram = registry.histogram(
      {.name = "size_bytes", .help = "Sizes.", .native = {.growth_factor = 1.001, .zero_threshold = 0}});
  std::vector<double> values;
  int schema = detail::kFinestSchema;
  for (int decades = 1; decades <= 512; decades *= 2) {
    std::uniform_real_distribution<double> exponent(-decades, decades);
    for (int i = 0; i < kHot; ++i) {
      values.push_back(std::pow(10, exponent(random) / 2));
      histogram.observe(values.back());
      if (i % 2'500 != 0) continue;
      const NativeRead read = native_sample(registry);
      ASSERT_LE(read.schema, schema);
      schema = read.schema;
      const auto expected = counted(values, schema);
      ASSERT_LE(expected.size(), 160);
      std::vector<NativeBucket> buckets;
      for (const auto& [index, count] : expected) buckets.push_back({index, count});
      ASSERT_EQ(NativeRead::listed(read.positive), NativeRead::listed(buckets));
      ASSERT_EQ(read.count, values.size());
    }
  }
  EXPECT_EQ(schema, -4);
}

// The totals of exponential buckets, and the number of their cells.
struct Cells {
  explicit Cells(const detail::ExponentialBuckets& buckets) {
    const auto sums = buckets.read([&](const detail::ExponentialCell& cell) {
      ++cells;
      count += cell.count;
      largest = std::max(largest, cell.count);
    });
    sum = sums.rounded();
  }
  std::size_t cells = 0;
  std::uint64_t count = 0;
  std::uint64_t largest = 0;
  double sum = 0;
};

// Exposition rule 196, for a scrape between the count and the sum: Prometheus rejects a finite sum of observations that
// are in no bucket.
TEST(ExponentialBuckets, HaveANaNSumOnceNaNIsCounted) {
  for (const int before : {0, kHot}) {
    detail::ExponentialBuckets buckets(3, 0, 320);
    for (int i = 0; i < before; ++i) buckets.observe(0, 1);
    EXPECT_EQ(Cells(buckets).sum, before);
    buckets.observe(0, kNaN, 0, 1);
    EXPECT_TRUE(std::isnan(Cells(buckets).sum)) << before;
    EXPECT_EQ(Cells(buckets).count, before + 1);
  }
}

TEST(ExponentialBuckets, LimitTheNumberOfCells) {
  constexpr std::uint64_t kObservations = 300'000;
  std::mt19937_64 random(1);
  detail::ExponentialBuckets buckets(detail::kFinestSchema, 0, 320);
  for (std::uint64_t i = 0; i < kObservations; ++i) buckets.observe(0, std::bit_cast<double>(random()));
  const Cells cells(buckets);
  EXPECT_EQ(cells.count, kObservations);
  EXPECT_LT(cells.cells, 2 * 13 * 768);  // for each schema, cold and hot: a full table and all smaller tables
}

// Exponential buckets do not allocate inside a ReentrancyGuard.
TEST(ExponentialBuckets, CountInTheNearestBucketIfMemoryIsUnavailable) {
  detail::ExponentialBuckets buckets(0, 0, 320);
  const detail::ReentrancyGuard guard;
  for (int i = 0; i < 16; ++i) buckets.observe(0, std::ldexp(1, i));
  EXPECT_EQ(Cells(buckets).cells, 16);
  for (int i = 16; i < 40; ++i) buckets.observe(0, std::ldexp(1, i));
  for (int i = 0; i < 5; ++i) buckets.observe(0, -1e10);
  buckets.observe(0, kNaN);
  std::map<std::int32_t, std::uint64_t> counts;
  buckets.read([&](const detail::ExponentialCell& cell) { counts[cell.key.index()] += cell.count; });
  EXPECT_EQ(counts.size(), 16);
  EXPECT_EQ(counts[15], 1 + 24 + 1);
  EXPECT_EQ(counts[0], 1 + 5);
  EXPECT_EQ(counts[7], 1);
}

TEST(ExponentialBuckets, CountInTheBaseIfAThreadCannotAllocate) {
  detail::ExponentialBuckets buckets(0, 0, 320);
  for (int i = 0; i < kHot; ++i) buckets.observe(0, 1);
  const detail::ReentrancyGuard guard;
  for (int i = 0; i < 40; ++i) buckets.observe(0, std::ldexp(1, i));
  const Cells cells(buckets);
  EXPECT_EQ(cells.count, kHot + 40);
  EXPECT_EQ(cells.sum, kHot + std::ldexp(1, 40) - 1);
}

}  // namespace
}  // namespace narthex
