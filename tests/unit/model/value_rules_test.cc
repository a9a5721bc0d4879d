#include "model/value_rules.h"

#include <chrono>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/error.h>
#include <narthex/narthex.h>

#include "model/checked_labels.h"
#include "support/test_collector.h"

namespace narthex {
namespace {

using std::chrono::milliseconds;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Timestamp at(std::int64_t ms) { return std::chrono::sys_time<milliseconds>(milliseconds(ms)); }

LabelView labels(std::string_view text) { return detail::CheckedLabels::view(text); }

// Returns the error of a sample, or an empty string.
template <class Sample>
std::string error_of(MetricType type, const Sample& sample) {
  try {
    detail::check_values({.name = "x", .type = type}, sample);
    return "";
  } catch (const SampleError& error) {
    return error.what();
  }
}

std::string error_of(const HistogramSample& sample) { return error_of(MetricType::histogram, sample); }
std::string error_of(const std::vector<Bucket>& buckets) { return error_of(HistogramSample{buckets, 3, 1}); }
std::string error_of(const CounterSample& sample) { return error_of(MetricType::counter, sample); }
std::string quantile_error(const std::vector<Quantile>& quantiles) {
  return error_of(MetricType::summary, SummarySample{quantiles, 3, 1});
}

TEST(ValueRules, RequireIncreasingBounds) {
  EXPECT_EQ(error_of({{-1, 0}, {1, 1}, {2, 1}, {kInfinity, 3}}), "");
  EXPECT_EQ(error_of({{1, 1}, {1, 1}}), "histogram 'x': a bucket has the bound 1 and follows 1; bounds must increase");
  EXPECT_EQ(error_of({{1, 1}, {0.5, 1}}),
            "histogram 'x': a bucket has the bound 0.5 and follows 1; bounds must increase");
  EXPECT_EQ(error_of({{kNaN, 1}}), "histogram 'x': a bucket has the bound NaN and follows -Inf; bounds must increase");
  EXPECT_EQ(error_of({{kInfinity, 3}, {kInfinity, 3}}),
            "histogram 'x': a bucket has the bound +Inf and follows +Inf; bounds must increase");
}

TEST(ValueRules, RequireCumulativeBucketCounts) {
  EXPECT_EQ(error_of({{1, 2}, {2, 1}}),
            "histogram 'x': the bucket up to 2 has 1 observations and follows 2; bucket counts are cumulative");
  EXPECT_EQ(error_of({{1, 4}}),
            "histogram 'x': the bucket up to 1 has 4 observations, the histogram has 3; the +Inf bucket must equal the "
            "count, others must not exceed it");
  EXPECT_EQ(error_of({{kInfinity, 2}}),
            "histogram 'x': the bucket up to +Inf has 2 observations, the histogram has 3; the +Inf bucket must equal "
            "the count, others must not exceed it");
  EXPECT_EQ(error_of(MetricType::gauge_histogram, HistogramSample{std::vector<Bucket>{{1, 4}}, 3, 1}),
            "gauge histogram 'x': the bucket up to 1 has 4 observations, the histogram has 3; the +Inf bucket must "
            "equal the count, others must not exceed it");
}

TEST(ValueRules, RequireCountersThatAreNotNegative) {
  EXPECT_EQ(error_of(CounterSample{0}), "");
  EXPECT_EQ(error_of(CounterSample{kInfinity}), "");
  EXPECT_EQ(error_of(CounterSample{-1}), "counter 'x': the value is -1; allowed: 0 or more");
  EXPECT_EQ(error_of(CounterSample{kNaN}), "counter 'x': the value is NaN; allowed: 0 or more");
}

TEST(ValueRules, RequireUniqueStateNames) {
  const auto states = [](const std::vector<State>& all) {
    return error_of(MetricType::state_set, std::span<const State>(all));
  };
  EXPECT_EQ(states({{"a", true}, {"b", false}}), "");
  EXPECT_EQ(states({}), "state set 'x': the state set has no states; at least one is needed");
  EXPECT_EQ(states({{"", true}}), "state set 'x': a state has an empty name; write a name");
  EXPECT_EQ(states({{"\xff", true}}), "state set 'x': the state '\\xff' must be UTF-8");
  EXPECT_EQ(states({{"a", true}, {"b", true}, {"a", false}}),
            "state set 'x': the state 'a' appears twice; each state must appear once");
}

TEST(ValueRules, RequireNativeIndicesWithinTheSchema) {
  const auto with = [](int schema, std::int32_t index) {
    const NativeBucket bucket{index, 1};
    const NativeSample native{.schema = schema, .positive = {&bucket, 1}};
    return error_of(HistogramSample{{}, 1, 1, &native});
  };
  EXPECT_EQ(with(0, -1074), "");
  EXPECT_EQ(with(0, 1025), "");
  EXPECT_EQ(with(0, -1075), "histogram 'x': a native bucket has the index -1075; allowed for schema 0: -1074 to 1025");
  EXPECT_EQ(with(8, 262'146),
            "histogram 'x': a native bucket has the index 262146; allowed for schema 8: -274944 to 262145");
  EXPECT_EQ(with(-4, 66), "histogram 'x': a native bucket has the index 66; allowed for schema -4: -67 to 65");
}

TEST(ValueRules, RequireExemplarsWithinTheirBuckets) {
  const auto with = [](double value) {
    const Exemplar exemplar{{}, value, {}};
    return error_of({{1, 1}, {2, 2, &exemplar}});
  };
  EXPECT_EQ(with(2), "");
  EXPECT_EQ(with(1.5), "");
  EXPECT_EQ(with(1), "histogram 'x': an exemplar has the value 1; allowed in its bucket: above 1 and at most 2");
  EXPECT_EQ(with(2.5), "histogram 'x': an exemplar has the value 2.5; allowed in its bucket: above 1 and at most 2");
  EXPECT_EQ(with(kNaN), "histogram 'x': an exemplar has the value NaN; allowed in its bucket: above 1 and at most 2");
  const Exemplar below{{}, -kInfinity, {}};
  const Exemplar nan{{}, kNaN, {}};
  EXPECT_EQ(error_of({{1, 1, &below}, {kInfinity, 3, &nan}}), "");
}

// Exposition rules 74 and 75.
TEST(ValueRules, RequireExemplarsThatServersAccept) {
  const std::string long_value(128, 'v');
  const std::string long_label = "t=\"" + long_value + "\"";
  const Exemplar long_one{labels(long_label), 1, {}};
  const Exemplar quoted{labels("\"a.b\"=\"c\""), 1, {}};
  const Exemplar early{{}, 1, at(-1)};
  const std::string too_long =
      "the labels {t=\"" + long_value + "\"} of an exemplar have 129 characters; allowed: at most 128";
  const std::string needs_quotes =
      "the label name 'a.b' of an exemplar would need quotes; allowed: [a-zA-Z_][a-zA-Z0-9_]*";
  EXPECT_EQ(error_of(CounterSample{1, {}, &long_one}), "counter 'x': " + too_long);
  EXPECT_EQ(error_of(CounterSample{1, {}, &quoted}), "counter 'x': " + needs_quotes);
  EXPECT_EQ(error_of(CounterSample{1, {}, &early}),
            "counter 'x': the timestamp -1 ms of an exemplar is before 1970; Prometheus rejects it");
  EXPECT_EQ(error_of({{2, 2, &quoted}}), "histogram 'x': " + needs_quotes);
  const std::vector<Exemplar> exemplars{quoted};
  const NativeSample native{.exemplars = exemplars};
  EXPECT_EQ(error_of({{}, 0, 0, &native}), "histogram 'x': " + needs_quotes);
}

TEST(ValueRules, RequireNativeBucketsThatServersAccept) {
  const std::vector<NativeBucket> good{{-3, 1}, {0, 1}};
  const std::vector<NativeBucket> twice{{1, 1}, {1, 1}};
  const std::vector<NativeBucket> falling{{1, 1}, {-1, 1}};
  const auto with = [](const NativeSample& native) { return error_of({{}, 5, 1, &native}); };
  EXPECT_EQ(with({.schema = -4, .zero_count = 1, .negative = good, .positive = good}), "");
  EXPECT_EQ(with({.schema = -5, .zero_count = 5}), "histogram 'x': the schema is -5; allowed: -4 to 8");
  EXPECT_EQ(with({.schema = 9, .zero_count = 5}), "histogram 'x': the schema is 9; allowed: -4 to 8");
  EXPECT_EQ(with({.zero_threshold = -1}), "histogram 'x': the zero threshold is -1; allowed: finite numbers >= 0");
  EXPECT_EQ(with({.zero_threshold = kNaN}), "histogram 'x': the zero threshold is NaN; allowed: finite numbers >= 0");
  EXPECT_EQ(with({.zero_threshold = kInfinity}),
            "histogram 'x': the zero threshold is +Inf; allowed: finite numbers >= 0");
  EXPECT_EQ(with({.zero_count = 3, .positive = twice}),
            "histogram 'x': a native bucket has the index 1 and follows 1; indices must increase");
  EXPECT_EQ(with({.zero_count = 3, .negative = falling}),
            "histogram 'x': a native bucket has the index -1 and follows 1; indices must increase");
}

TEST(ValueRules, RequireNativeCountsThatAddUp) {
  const std::vector<NativeBucket> two{{0, 1}, {1, 1}};
  const std::vector<NativeBucket> all{{0, 1}, {1, std::numeric_limits<std::uint64_t>::max()}};
  const auto with = [](double sum, const NativeSample& native) { return error_of({{}, 3, sum, &native}); };
  EXPECT_EQ(with(1, {.zero_count = 1, .positive = two}), "");
  EXPECT_EQ(with(kNaN, {.positive = two}), "");
  EXPECT_EQ(with(1, {.positive = two}),
            "histogram 'x': 1 of 3 observations are in no native bucket; only NaN may be in none");
  EXPECT_EQ(with(kNaN, {.zero_count = 4}),
            "histogram 'x': the zero bucket has more observations than the histogram; it must not exceed its count");
  EXPECT_EQ(
      with(kNaN, {.negative = two, .positive = two}),
      "histogram 'x': the native buckets have more observations than the histogram; they must not exceed its count");
  EXPECT_EQ(
      with(1, {.positive = all}),
      "histogram 'x': the native buckets have more observations than the histogram; they must not exceed its count");
}

TEST(ValueRules, RequireIncreasingQuantiles) {
  EXPECT_EQ(quantile_error({{0, 1}, {0.5, kNaN}, {1, -1}}), "");
  EXPECT_EQ(quantile_error({{-0.1, 1}}), "summary 'x': the quantile is -0.1; allowed: 0 to 1");
  EXPECT_EQ(quantile_error({{1.5, 1}}), "summary 'x': the quantile is 1.5; allowed: 0 to 1");
  EXPECT_EQ(quantile_error({{kNaN, 1}}), "summary 'x': the quantile is NaN; allowed: 0 to 1");
  EXPECT_EQ(quantile_error({{0.5, 1}, {0.5, 1}}), "summary 'x': the quantile 0.5 follows 0.5; quantiles must increase");
}

TEST(ValueRules, RejectCreationTimesBefore1970) {
  const std::string before = "sample 'x': the timestamp -1 ms is before 1970; Prometheus rejects it";
  EXPECT_EQ(error_of(CounterSample{1, at(-1)}), before);
  EXPECT_EQ(error_of(HistogramSample{{}, 0, 0, nullptr, at(-1)}), before);
  EXPECT_EQ(error_of(MetricType::summary, SummarySample{{}, 0, 0, at(-1)}), before);
}

// Each function of the sink checks its sample.
TEST(ValueRules, ApplyToSamplesOfCollectors) {
  const Exemplar early{{}, 1, at(-1)};
  const std::vector<Bucket> buckets{{1, 4}};
  const std::vector<Quantile> quantiles{{2, 0}};
  std::string message;
  Registry registry({.diagnostic = [&](std::string_view line) { message = line; }});
  const auto message_about = [&](MetricType type, auto give) {
    const Registration registration = registry.add_scoped(TestCollector("wrong", [&](Sink& sink) {
      sink.begin_family({.name = "x", .help = "X.", .type = type});
      give(sink);
    }));
    EXPECT_EQ(to_text(registry), "");
    return message;
  };
  EXPECT_EQ(
      message_about(MetricType::counter,
                    [&](Sink& sink) {
                      sink.counter({}, {1, {}, &early});
                    }),
      "collector 'wrong' fails: counter 'x': the timestamp -1 ms of an exemplar is before 1970; Prometheus rejects it");
  EXPECT_EQ(message_about(MetricType::histogram,
                          [&](Sink& sink) {
                            sink.histogram({}, {buckets, 3, 1});
                          }),
            "collector 'wrong' fails: histogram 'x': the bucket up to 1 has 4 observations, the histogram has 3; the "
            "+Inf bucket must equal the count, others must not exceed it");
  EXPECT_EQ(message_about(MetricType::gauge_histogram,
                          [&](Sink& sink) {
                            sink.gauge_histogram({}, {buckets, 3, 1});
                          }),
            "collector 'wrong' fails: gauge histogram 'x': the bucket up to 1 has 4 observations, the histogram has 3; "
            "the +Inf bucket must equal the count, others must not exceed it");
  EXPECT_EQ(message_about(MetricType::summary,
                          [&](Sink& sink) {
                            sink.summary({}, {quantiles, 3, 1});
                          }),
            "collector 'wrong' fails: summary 'x': the quantile is 2; allowed: 0 to 1");
}

}  // namespace
}  // namespace narthex
