#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/error.h>
#include <narthex/sink.h>

#include "formats/openmetrics_writer.h"
#include "model/checked_labels.h"

namespace narthex {
namespace {

using std::chrono::milliseconds;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Timestamp at(std::int64_t ms) { return std::chrono::sys_time<milliseconds>(milliseconds(ms)); }

LabelView labels(std::string_view text) { return detail::CheckedLabels::view(text); }

// A writer and its buffer.
class OpenMetricsFormat : public testing::Test {
 protected:
  // Returns the finished text.
  const std::string& text() {
    sink_.finish();
    return text_;
  }

  std::string text_;
  detail::StringOutput output_{text_};
  detail::OpenMetricsWriter writer_{output_};
  Sink& sink_ = writer_;  // the interface of collectors
};

// Exposition rule 56.
TEST_F(OpenMetricsFormat, WritesACounterWithExemplar) {
  const Exemplar exemplar{labels("trace_id=\"ab12\""), 0.25, at(1700000001250)};
  sink_.begin_family({.name = "jobs_done_total", .help = "Jobs \\ done\nok \"q\"", .type = MetricType::counter});
  sink_.counter(LabelText::of({{"queue", "a\\b\"c\nd"}}), {3, at(1700000000500), &exemplar}, {});
  EXPECT_EQ(text(),
            "# TYPE jobs_done counter\n"
            "# HELP jobs_done Jobs \\\\ done\\nok \\\"q\\\"\n"
            "jobs_done_total{queue=\"a\\\\b\\\"c\\nd\"} 3.0 # {trace_id=\"ab12\"} 0.25 1700000001.25\n"
            "# EOF\n");
}

// Exposition rule 57: exemplars are left out, because Prometheus 2.42 rejects them for this type.
TEST_F(OpenMetricsFormat, WritesACounterWithoutTotalSuffixAsUnknown) {
  const Exemplar exemplar{labels("t=\"x\""), 1, {}};
  for (const char* name : {"jobs_done", "_total"}) {
    sink_.begin_family({.name = name, .type = MetricType::counter});
    sink_.counter({}, {3, at(5), &exemplar}, {});
  }
  EXPECT_EQ(text(), "# TYPE jobs_done unknown\njobs_done 3.0\n# TYPE _total unknown\n_total 3.0\n# EOF\n");
}

// Exposition rules 58 and 60.
TEST_F(OpenMetricsFormat, WritesMetadataOfACounterWithoutTotalSuffix) {
  sink_.begin_family({.name = "cpu_seconds_total", .unit = "seconds", .type = MetricType::counter});
  sink_.counter({}, 1e6, {});
  EXPECT_EQ(text(), "# TYPE cpu_seconds counter\n# UNIT cpu_seconds seconds\ncpu_seconds_total 1e+06\n# EOF\n");
}

// Exposition rule 59: a definition is rejected. A collector that reports a wrong unit loses only the unit.
TEST_F(OpenMetricsFormat, OmitsAUnitThatPrometheusRejects) {
  const std::vector<State> states{{"a", true}};
  for (const char* unit : {"bytes", "conds", "seconds", "a_seconds"}) {
    sink_.begin_family({.name = "a_seconds", .unit = unit, .type = MetricType::gauge});
    sink_.gauge({}, 1, {});
  }
  sink_.begin_family({.name = "b_seconds", .unit = "seconds", .type = MetricType::state_set});
  sink_.state_set({}, states, {});
  sink_.begin_family({.name = "c_seconds_info", .unit = "seconds", .type = MetricType::info});
  sink_.info({}, {});
  EXPECT_EQ(text(),
            "# TYPE a_seconds gauge\na_seconds 1.0\n"
            "# TYPE a_seconds gauge\na_seconds 1.0\n"
            "# TYPE a_seconds gauge\n# UNIT a_seconds seconds\na_seconds 1.0\n"
            "# TYPE a_seconds gauge\na_seconds 1.0\n"
            "# TYPE b_seconds stateset\nb_seconds{b_seconds=\"a\"} 1\n"
            "# TYPE c_seconds info\nc_seconds_info 1\n# EOF\n");
}

// Exposition rule 61.
TEST_F(OpenMetricsFormat, WritesTimestampsInSeconds) {
  const Exemplar exemplar{labels("t=\"x\""), 1, at(7)};
  sink_.begin_family({.name = "temp_celsius", .type = MetricType::gauge});
  for (const std::int64_t ms : {1700000000123, 1700000000000, 100L, 7L, 0L}) sink_.gauge({}, 1, at(ms));
  sink_.begin_family({.name = "a_total", .type = MetricType::counter});
  sink_.counter({}, {1, {}, &exemplar}, at(1500));
  EXPECT_EQ(text(),
            "# TYPE temp_celsius gauge\n"
            "temp_celsius 1.0 1700000000.123\ntemp_celsius 1.0 1700000000\ntemp_celsius 1.0 0.1\n"
            "temp_celsius 1.0 0.007\ntemp_celsius 1.0 0\n"
            "# TYPE a counter\na_total 1.0 1.5 # {t=\"x\"} 1.0 0.007\n# EOF\n");
}

// Exposition rules 28 and 62.
TEST_F(OpenMetricsFormat, WritesAHistogramWithWholeCounts) {
  const std::vector<Bucket> buckets{{0.005, 1}, {1, 4}, {2.5, 4}, {10, 4}, {1e5, 5}, {1e6, 5}};
  sink_.begin_family({.name = "rpc_seconds", .help = "R", .type = MetricType::histogram});
  sink_.histogram(LabelText::of({{"m", "get"}}), {buckets, 6, 12.5, nullptr, at(1500)}, {});
  sink_.histogram({}, {{}, 0, 0, nullptr, at(2000)}, {});
  EXPECT_EQ(text(),
            "# TYPE rpc_seconds histogram\n"
            "# HELP rpc_seconds R\n"
            "rpc_seconds_bucket{m=\"get\",le=\"0.005\"} 1\n"
            "rpc_seconds_bucket{m=\"get\",le=\"1.0\"} 4\n"
            "rpc_seconds_bucket{m=\"get\",le=\"2.5\"} 4\n"
            "rpc_seconds_bucket{m=\"get\",le=\"10.0\"} 4\n"
            "rpc_seconds_bucket{m=\"get\",le=\"100000.0\"} 5\n"
            "rpc_seconds_bucket{m=\"get\",le=\"1e+06\"} 5\n"
            "rpc_seconds_bucket{m=\"get\",le=\"+Inf\"} 6\n"
            "rpc_seconds_sum{m=\"get\"} 12.5\n"
            "rpc_seconds_count{m=\"get\"} 6\n"
            "rpc_seconds_bucket{le=\"+Inf\"} 0\n"
            "rpc_seconds_sum 0.0\n"
            "rpc_seconds_count 0\n"
            "# EOF\n");
}

// Exposition rule 27.
TEST_F(OpenMetricsFormat, WritesEveryDigitOfACount) {
  const std::vector<Bucket> buckets{{1, 1'000'000}};
  sink_.begin_family({.name = "x", .type = MetricType::histogram});
  sink_.histogram({}, {buckets, std::numeric_limits<std::uint64_t>::max(), 3}, {});
  EXPECT_EQ(text(),
            "# TYPE x histogram\nx_bucket{le=\"1.0\"} 1000000\nx_bucket{le=\"+Inf\"} 18446744073709551615\n"
            "x_sum 3.0\nx_count 18446744073709551615\n# EOF\n");
}

TEST_F(OpenMetricsFormat, WritesExemplarsOfBuckets) {
  const Exemplar first{labels("t=\"1\""), 0.5, at(1000)};
  const Exemplar last{labels("t=\"2\""), 7, {}};
  const std::vector<Bucket> buckets{{1, 2, &first}, {2, 3}, {kInfinity, 4, &last}};
  sink_.begin_family({.name = "x", .type = MetricType::histogram});
  sink_.histogram({}, {buckets, 4, 3}, {});
  sink_.begin_family({.name = "y", .type = MetricType::gauge_histogram});
  sink_.gauge_histogram({}, {buckets, 4, 3}, {});
  EXPECT_EQ(text(),
            "# TYPE x histogram\n"
            "x_bucket{le=\"1.0\"} 2 # {t=\"1\"} 0.5 1\nx_bucket{le=\"2.0\"} 3\n"
            "x_bucket{le=\"+Inf\"} 4 # {t=\"2\"} 7.0\nx_sum 3.0\nx_count 4\n"
            "# TYPE y gaugehistogram\n"
            "y_bucket{le=\"1.0\"} 2 # {t=\"1\"} 0.5 1\ny_bucket{le=\"2.0\"} 3\n"
            "y_bucket{le=\"+Inf\"} 4 # {t=\"2\"} 7.0\ny_gcount 4\ny_gsum 3.0\n# EOF\n");
}

// Exposition rule 64.
TEST_F(OpenMetricsFormat, WritesAGaugeHistogram) {
  const std::vector<Bucket> buckets{{1, 2}};
  sink_.begin_family({.name = "queue_seconds", .type = MetricType::gauge_histogram});
  sink_.gauge_histogram({}, {buckets, 3, 4.5, nullptr, at(5)}, {});
  EXPECT_EQ(text(),
            "# TYPE queue_seconds gaugehistogram\n"
            "queue_seconds_bucket{le=\"1.0\"} 2\nqueue_seconds_bucket{le=\"+Inf\"} 3\n"
            "queue_seconds_gcount 3\nqueue_seconds_gsum 4.5\n# EOF\n");
}

// Exposition rule 65.
TEST_F(OpenMetricsFormat, KeepsTheSumOfAHistogramWithNegativeBounds) {
  const std::vector<Bucket> buckets{{-1, 1}, {1, 2}};
  sink_.begin_family({.name = "x", .type = MetricType::histogram});
  sink_.histogram({}, {buckets, 3, -4.5, nullptr, at(5)}, {});
  EXPECT_EQ(text(),
            "# TYPE x histogram\n"
            "x_bucket{le=\"-1.0\"} 1\nx_bucket{le=\"1.0\"} 2\nx_bucket{le=\"+Inf\"} 3\n"
            "x_sum -4.5\nx_count 3\n# EOF\n");
}

// Exposition rule 66.
TEST_F(OpenMetricsFormat, WritesASummary) {
  const std::vector<Quantile> quantiles{{0.5, 1}, {0.99, kNaN}, {1, 2}};
  sink_.begin_family({.name = "q_seconds", .type = MetricType::summary});
  sink_.summary(LabelText::of({{"a", "b"}}), {quantiles, 2, 3, at(1000)}, {});
  EXPECT_EQ(text(),
            "# TYPE q_seconds summary\n"
            "q_seconds{a=\"b\",quantile=\"0.5\"} 1.0\n"
            "q_seconds{a=\"b\",quantile=\"0.99\"} NaN\n"
            "q_seconds{a=\"b\",quantile=\"1.0\"} 2.0\n"
            "q_seconds_sum{a=\"b\"} 3.0\n"
            "q_seconds_count{a=\"b\"} 2\n# EOF\n");
}

// Exposition rule 67.
TEST_F(OpenMetricsFormat, AppendsTheInfoSuffixToSamples) {
  for (const char* name : {"build", "target_info", "_info"}) {
    sink_.begin_family({.name = name, .type = MetricType::info});
    sink_.info(LabelText::of({{"rev", "x"}}), {});
  }
  EXPECT_EQ(text(),
            "# TYPE build info\nbuild_info{rev=\"x\"} 1\n# TYPE target info\ntarget_info{rev=\"x\"} 1\n"
            "# TYPE _info info\n_info_info{rev=\"x\"} 1\n# EOF\n");
}

// Exposition rule 68.
TEST_F(OpenMetricsFormat, WritesAStateSet) {
  const std::vector<State> states{{"a", false}, {"b\"", true}};
  sink_.begin_family({.name = "mode", .type = MetricType::state_set});
  sink_.state_set({}, states, at(2500));
  sink_.state_set(LabelText::of({{"host", "h"}}), states, {});
  sink_.begin_family({.name = "none", .type = MetricType::state_set});
  sink_.state_set({}, {}, {});
  EXPECT_EQ(text(),
            "# TYPE mode stateset\nmode{mode=\"a\"} 0 2.5\nmode{mode=\"b\\\"\"} 1 2.5\n"
            "mode{host=\"h\",mode=\"a\"} 0\nmode{host=\"h\",mode=\"b\\\"\"} 1\n# EOF\n");
}

// Exposition rule 69.
TEST_F(OpenMetricsFormat, WritesUnknown) {
  sink_.begin_family({.name = "u", .type = MetricType::unknown});
  sink_.unknown({}, 42, {});
  EXPECT_EQ(text(), "# TYPE u unknown\nu 42.0\n# EOF\n");
}

// Exposition rule 71: the line ends in a blank, because Prometheus rejects it otherwise.
TEST_F(OpenMetricsFormat, WritesAnEmptyHelpWithATrailingSpace) {
  sink_.begin_family({.name = "u", .help = "", .type = MetricType::unknown});
  sink_.unknown({}, -kInfinity, {});
  EXPECT_EQ(text(), "# TYPE u unknown\n# HELP u \nu -Inf\n# EOF\n");
}

// Exposition rules 45 and 72.
TEST_F(OpenMetricsFormat, AlwaysEndsWithEof) {
  sink_.begin_family({.name = "a", .help = "A.", .type = MetricType::gauge});
  EXPECT_EQ(text(), "# EOF\n");
}

// Exposition rules 73, 74 and 75.
TEST_F(OpenMetricsFormat, OmitsExemplarsWithTooManyCharacters) {
  std::string accents;
  for (int i = 0; i < 127; ++i) accents += "\u00e9";
  const LabelText allowed = LabelText::of({{"t", accents}});
  const LabelText too_long = LabelText::of({{"t", accents + "x"}});
  const LabelText escaped = LabelText::of({{"t", std::string(127, '\n')}});
  sink_.begin_family({.name = "a_total", .type = MetricType::counter});
  for (const LabelText* text : {&allowed, &too_long, &escaped}) {
    const Exemplar exemplar{*text, 1, {}};
    sink_.counter({}, {1, {}, &exemplar}, {});
  }
  std::string line_feeds;
  for (int i = 0; i < 127; ++i) line_feeds += "\\n";
  EXPECT_EQ(text(), "# TYPE a counter\na_total 1.0 # {t=\"" + accents + "\"} 1.0\na_total 1.0\na_total 1.0 # {t=\"" +
                        line_feeds + "\"} 1.0\n# EOF\n");
}

TEST_F(OpenMetricsFormat, OmitsExemplarsThatPrometheusRejects) {
  const std::string nul("t=\"\0\"", 5);
  const std::vector<Exemplar> exemplars{
      {labels("\"a.b\"=\"x\""), 1, {}}, {labels("t=\"x\""), 1, at(-1)}, {labels(nul), 1, {}}};
  sink_.begin_family({.name = "a_total", .type = MetricType::counter});
  for (const Exemplar& exemplar : exemplars) sink_.counter({}, {1, {}, &exemplar}, {});
  EXPECT_EQ(text(), "# TYPE a counter\na_total 1.0\na_total 1.0\na_total 1.0\n# EOF\n");
}

// Exposition rules 76 and 78.
TEST_F(OpenMetricsFormat, WritesExemplarsWithoutLabelsAndWithQuotes) {
  const LabelText quote = LabelText::of({{"t", "x\"y"}});
  const std::vector<Exemplar> exemplars{{{}, 0.5, {}}, {quote, kNaN, {}}, {{}, -kInfinity, {}}};
  sink_.begin_family({.name = "a_total", .type = MetricType::counter});
  for (const Exemplar& exemplar : exemplars) sink_.counter({}, {1, {}, &exemplar}, {});
  EXPECT_EQ(text(),
            "# TYPE a counter\na_total 1.0 # {} 0.5\na_total 1.0 # {t=\"x\\\"y\"} NaN\na_total 1.0 # {} -Inf\n# EOF\n");
}

// Exposition rule 79.
TEST_F(OpenMetricsFormat, WritesANativeHistogramWithTheInfBucketOnly) {
  const std::vector<NativeBucket> positive{{1, 2}};
  const NativeSample native{.positive = positive};
  sink_.begin_family({.name = "x", .type = MetricType::histogram});
  sink_.histogram({}, {{}, 2, 3, &native}, {});
  EXPECT_EQ(text(), "# TYPE x histogram\nx_bucket{le=\"+Inf\"} 2\nx_sum 3.0\nx_count 2\n# EOF\n");
}

// The specification forbids NaN in counts only: one NaN observed makes the sum NaN permanently.
TEST_F(OpenMetricsFormat, WritesANaNSum) {
  sink_.begin_family({.name = "x", .type = MetricType::histogram});
  sink_.histogram({}, {{}, 2, kNaN}, {});
  EXPECT_EQ(text(), "# TYPE x histogram\nx_bucket{le=\"+Inf\"} 2\nx_sum NaN\nx_count 2\n# EOF\n");
}

// Exposition rules 83 to 88.
TEST_F(OpenMetricsFormat, WritesAQuotedNameInsideTheBraces) {
  const std::vector<Bucket> buckets{{1, 2}};
  const std::vector<State> states{{"on", true}};
  sink_.begin_family({.name = "disk.io_total", .help = "D.", .type = MetricType::counter});
  sink_.counter(labels(R"("a:b"="c","dev.name"="sda")"), {2, at(1500)}, {});
  sink_.begin_family({.name = "rpc.lat_seconds", .unit = "seconds", .type = MetricType::histogram});
  sink_.histogram({}, {buckets, 3, 4}, {});
  sink_.begin_family({.name = "rpc.mode", .type = MetricType::state_set});
  sink_.state_set({}, states, {});
  sink_.begin_family({.name = "we\"ird\\na\nme", .type = MetricType::gauge});
  sink_.gauge({}, 1, {});
  EXPECT_EQ(text(), R"(# TYPE "disk.io" counter
# HELP "disk.io" D.
{"disk.io_total","a:b"="c","dev.name"="sda"} 2.0
# TYPE "rpc.lat_seconds" histogram
# UNIT "rpc.lat_seconds" seconds
{"rpc.lat_seconds_bucket",le="1.0"} 2
{"rpc.lat_seconds_bucket",le="+Inf"} 3
{"rpc.lat_seconds_sum"} 4.0
{"rpc.lat_seconds_count"} 3
# TYPE "rpc.mode" stateset
{"rpc.mode","rpc.mode"="on"} 1
# TYPE "we\"ird\\na\nme" gauge
{"we\"ird\\na\nme"} 1.0
# EOF
)");
}

TEST_F(OpenMetricsFormat, RejectsInvalidInput) {
  EXPECT_THROW(sink_.gauge({}, 1, {}), SampleError);
  EXPECT_THROW(sink_.begin_family({.name = ""}), SampleError);
  EXPECT_THROW(sink_.begin_family({.name = "a\xff"}), SampleError);
  EXPECT_THROW(sink_.info({}, {}), SampleError);
  sink_.begin_family({.name = "h", .type = MetricType::histogram});
  EXPECT_THROW(sink_.histogram(LabelText::of({{"le", "9"}}), {}, {}), SampleError);
  EXPECT_THROW(sink_.gauge_histogram(LabelText::of({{"le", "9"}}), {}, {}), SampleError);
  EXPECT_THROW(sink_.histogram({}, {}, at(-1)), SampleError);
  sink_.begin_family({.name = "s", .type = MetricType::summary});
  EXPECT_THROW(sink_.summary(LabelText::of({{"quantile", "9"}}), {}, {}), SampleError);
  sink_.begin_family({.name = "mode", .type = MetricType::state_set});
  EXPECT_THROW(sink_.state_set(LabelText::of({{"mode", "a"}}), {}, {}), SampleError);
  EXPECT_EQ(text(), "# EOF\n");
}

// Lines that are shorter than the buffer of the writer, as long as it, and longer.
TEST_F(OpenMetricsFormat, WritesLinesOfAnyLength) {
  const std::string wide(64, 'e');
  const LabelText trace = LabelText::of({{"t", wide}});
  const Exemplar exemplar{trace, -2.2250738585072014e-308, at(1700000000123)};
  sink_.begin_family({.name = "long_total", .type = MetricType::counter});
  std::string expected = "# TYPE long counter\n";
  std::vector<std::size_t> lengths{100'000};
  for (std::size_t length = 15'900; length < 16'400; ++length) lengths.push_back(length);
  for (const std::size_t length : lengths) {
    const std::string value(length, 'v');
    sink_.counter(LabelText::of({{"l", value}}), {2.2250738585072014e-308, {}, &exemplar}, at(1700000000123));
    expected += "long_total{l=\"" + value + "\"} 2.2250738585072014e-308 1700000000.123 # {t=\"" + wide +
                "\"} -2.2250738585072014e-308 1700000000.123\n";
  }
  EXPECT_TRUE(text() == expected + "# EOF\n") << "the texts differ";  // EXPECT_EQ would print megabytes
}

}  // namespace
}  // namespace narthex
