#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/sink.h>

#include "otlp/otlp_buckets.h"
#include "support/otlp_encoding.h"

namespace narthex {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

class OtlpNative : public OtlpEncoding {
 protected:
  explicit OtlpNative(bool prefers_exponential = false) : OtlpEncoding({.prefers_exponential = prefers_exponential}) {}

  // Returns the data point of a native histogram.
  std::string point(const NativeSample& native, std::uint64_t count, double sum) {
    begin();
    family("h", MetricType::histogram);
    sink_.histogram({}, {{}, count, sum, &native});
    std::string text = metrics();
    const std::string before = R"({"name":"h","exponentialHistogram":{"dataPoints":[{t,)";
    const std::string after = R"(}],"aggregationTemporality":2},)" + metadata("histogram");
    EXPECT_TRUE(text.starts_with(before) && text.ends_with(after)) << text;
    return text.substr(before.size(), text.size() - before.size() - after.size());
  }
};

class OtlpPreferringNative : public OtlpNative {
 protected:
  OtlpPreferringNative() : OtlpNative(true) {}
};

// Case 315.
TEST_F(OtlpNative, WritesDenseBuckets) {
  const std::vector<NativeBucket> positive{{-1, 2}, {0, 1}, {1, 1}, {5, 1}};
  const std::vector<Exemplar> exemplars{{{}, .3, at(1700000001250)}, {{}, .5, {}}};
  const NativeSample native{.zero_threshold = 0x1p-128, .zero_count = 1, .positive = positive, .exemplars = exemplars};
  family("lat_seconds", MetricType::histogram, "seconds");
  sink_.histogram(LabelText::of({{"m", "get"}}), {{}, 6, 10.5, &native, kCreated});
  EXPECT_EQ(metrics(),
            R"({"name":"lat_seconds","unit":"s","exponentialHistogram":{"dataPoints":[{"attributes":[{"key":"m",)"
            R"("value":{"stringValue":"get"}}],s,t,"count":"6","sum":10.5,"zeroCount":"1","positive":{"offset":-2,)"
            R"("bucketCounts":["2","1","1","0","0","0","1"]},"exemplars":[{e,"asDouble":0.3}],)"
            R"("zeroThreshold":2.938735877055719e-39}],"aggregationTemporality":2},)" +
                metadata("histogram"));
}

// Cases 316 and 317.
TEST_F(OtlpNative, DoesNotCountNanAndInfiniteObservations) {
  const std::vector<NativeBucket> two{{0, 2}};
  EXPECT_EQ(point({.positive = two}, 3, kNan),
            R"("count":"2","sum":"NaN","positive":{"offset":-1,"bucketCounts":["2"]})");
  for (int schema = -4; schema <= 8; ++schema) {
    const auto largest = static_cast<std::int32_t>(std::ldexp(1024, schema));  // the bucket of the largest double
    const std::vector<NativeBucket> finite{{largest, 2}};
    const std::vector<NativeBucket> infinite{{largest, 2}, {largest + 1, 1}};
    const std::string side = R"({"offset":)" + std::to_string(largest - 1) + R"(,"bucketCounts":["2"]})";
    const std::string scale = schema == 0 ? "" : R"(,"scale":)" + std::to_string(schema);
    EXPECT_EQ(point({.schema = schema, .positive = infinite}, 3, kInfinity),
              R"("count":"2","sum":"Infinity")" + scale + R"(,"positive":)" + side);
    EXPECT_EQ(point({.schema = schema, .negative = infinite, .positive = finite}, 5, -kInfinity),
              R"("count":"4","sum":"-Infinity")" + scale + R"(,"positive":)" + side + R"(,"negative":)" + side);
  }
  const std::vector<NativeBucket> only_infinite{{1025, 1}};
  EXPECT_EQ(point({.positive = only_infinite}, 1, kInfinity), R"("sum":"Infinity")");
}

// Case 318.
TEST_F(OtlpNative, WritesNegativeBuckets) {
  const std::vector<NativeBucket> negative{{0, 1}, {1, 2}};
  EXPECT_EQ(point({.negative = negative}, 3, -3),
            R"("count":"3","sum":-3,"negative":{"offset":-1,"bucketCounts":["1","2"]})");
}

// Case 319.
TEST_F(OtlpNative, WritesAHistogramWithoutObservations) {
  EXPECT_EQ(point({.schema = 3, .zero_threshold = 0x1p-128}, 0, 0),
            R"("sum":0,"scale":3,"zeroThreshold":2.938735877055719e-39)");
}

TEST_F(OtlpNative, LeavesOutAnOffsetOfZero) {
  const std::vector<NativeBucket> one{{1, 7}};
  EXPECT_EQ(point({.positive = one}, 7, 14), R"("count":"7","sum":14,"positive":{"bucketCounts":["7"]})");
}

// Cases 320 and 321.
TEST_F(OtlpNative, WritesTheClassicBucketsOfAHistogramWithBothKinds) {
  const std::vector<Bucket> buckets{{1, 1}};
  const std::vector<Bucket> infinite{{kInfinity, 1}};
  const NativeSample native{.zero_count = 1};
  family("h", MetricType::histogram);
  sink_.histogram({}, {buckets, 1, 0, &native});
  sink_.histogram({}, {infinite, 1, 0, &native});
  EXPECT_EQ(metrics(), R"({"name":"h","histogram":{"dataPoints":[{t,"count":"1","sum":0,"bucketCounts":["1","0"],)"
                       R"("explicitBounds":[1]}],"aggregationTemporality":2},)" +
                           metadata("histogram") +
                           R"({"name":"h","exponentialHistogram":{"dataPoints":[{t,"count":"1","sum":0,)"
                           R"("zeroCount":"1"}],"aggregationTemporality":2},)" +
                           metadata("histogram"));
}

// Case 320.
TEST_F(OtlpPreferringNative, WritesTheNativeBucketsOfAHistogramWithBothKinds) {
  const std::vector<Bucket> buckets{{1, 1}};
  const NativeSample native{.zero_count = 1};
  family("h", MetricType::histogram);
  sink_.histogram({}, {buckets, 1, 0, &native});
  sink_.histogram({}, {buckets, 1, 0, nullptr});
  EXPECT_EQ(metrics(), R"({"name":"h","exponentialHistogram":{"dataPoints":[{t,"count":"1","sum":0,"zeroCount":"1"}],)"
                       R"("aggregationTemporality":2},)" +
                           metadata("histogram") +
                           R"({"name":"h","histogram":{"dataPoints":[{t,"count":"1","sum":0,"bucketCounts":["1","0"],)"
                           R"("explicitBounds":[1]}],"aggregationTemporality":2},)" +
                           metadata("histogram"));
}

// Case 322.
TEST(OtlpBuckets, LowersTheScaleUntilLessThan1000IndicesAreApart) {
  const std::vector<NativeBucket> positive{{0, 1}, {1, 2}, {2, 4}, {3999, 8}, {4000, 16}};
  const std::vector<NativeBucket> negative{{-3, 1}, {-2, 2}, {-1, 4}, {0, 8}};
  detail::otlp::OtlpBuckets buckets;
  buckets.assign({.schema = 8, .negative = negative, .positive = positive});
  EXPECT_EQ(buckets.scale(), 5);  // 4000 / 8 = 500 indices
  EXPECT_EQ(buckets.count(), 46u);
  ASSERT_EQ(buckets.positive().counts.size(), 501u);
  EXPECT_EQ(buckets.positive().offset, -1);
  EXPECT_EQ(buckets.positive().counts[0], 1u);
  EXPECT_EQ(buckets.positive().counts[1], 6u);
  EXPECT_EQ(buckets.positive().counts[500], 24u);
  EXPECT_EQ(buckets.negative().offset, -1);
  EXPECT_EQ(buckets.negative().counts, (std::vector<std::uint64_t>{15}));
}

TEST(OtlpBuckets, KeepsTheScaleUpTo1000Indices) {
  for (const std::int32_t first : {-500, 0, 7}) {
    const std::vector<NativeBucket> narrow{{first, 1}, {first + 999, 1}};
    const std::vector<NativeBucket> wide{{first, 1}, {first + 1000, 1}};
    detail::otlp::OtlpBuckets buckets;
    buckets.assign({.schema = 2, .positive = narrow});
    EXPECT_EQ(buckets.scale(), 2);
    EXPECT_EQ(buckets.positive().counts.size(), 1000u);
    buckets.assign({.schema = 2, .negative = wide});
    EXPECT_EQ(buckets.scale(), 1);
    EXPECT_EQ(buckets.negative().counts.size(), 501u);
    EXPECT_TRUE(buckets.positive().counts.empty());
  }
}

// All finite doubles at the finest schema.
TEST(OtlpBuckets, LowersTheScaleOfTheWidestHistogram) {
  const std::vector<NativeBucket> all{{-274'943, 1}, {262'144, 1}, {262'145, 5}};
  detail::otlp::OtlpBuckets buckets;
  buckets.assign({.schema = 8, .positive = all});
  EXPECT_EQ(buckets.scale(), -2);
  EXPECT_EQ(buckets.count(), 2u);
  EXPECT_EQ(buckets.positive().counts.size(), 525u);
}

}  // namespace
}  // namespace narthex
