#include <chrono>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/error.h>
#include <narthex/sink.h>

#include "formats/text_writer.h"
#include "model/checked_labels.h"

namespace narthex {
namespace {

using namespace std::string_literals;
using std::chrono::milliseconds;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// A text writer and its buffer.
class TextFormat : public testing::Test {
 protected:
  // Returns the finished text.
  const std::string& text() {
    sink_.finish();
    return text_;
  }

  // Labels from their text.
  static LabelView labels(std::string_view text) { return detail::CheckedLabels::view(text); }

  static Timestamp at(std::int64_t ms) { return std::chrono::sys_time<milliseconds>(milliseconds(ms)); }

  std::string text_;
  detail::StringOutput output_{text_};
  detail::TextWriter writer_{output_};
  Sink& sink_ = writer_;  // the interface of collectors
};

// Exposition rule 29.
TEST_F(TextFormat, EscapesHelpAndLabelValues) {
  sink_.begin_family({.name = "jobs_done_total", .help = "Jobs \\ done\nok \"q\"", .type = MetricType::counter});
  sink_.counter(LabelText::of({{"queue", "a\\b\"c\nd"}}), 3, {});
  EXPECT_EQ(text(),
            "# HELP jobs_done_total Jobs \\\\ done\\nok \"q\"\n"
            "# TYPE jobs_done_total counter\n"
            "jobs_done_total{queue=\"a\\\\b\\\"c\\nd\"} 3\n");
}

// Exposition rule 30: this format has neither exemplars nor created times.
TEST_F(TextFormat, OmitsExemplarsAndCreatedTimes) {
  const Exemplar exemplar{labels("trace_id=\"ab12\""), 0.25, at(1700000001250)};
  const std::vector<Bucket> buckets{{1, 2, &exemplar}};
  sink_.begin_family({.name = "jobs_done_total", .type = MetricType::counter});
  sink_.counter({}, {3, at(1700000000500), &exemplar}, {});
  sink_.begin_family({.name = "x", .type = MetricType::histogram});
  sink_.histogram({}, {buckets, 2, 3, nullptr, at(1700000000500)}, {});
  sink_.begin_family({.name = "y", .type = MetricType::summary});
  sink_.summary({}, {{}, 2, 3, at(1700000000500)}, {});
  EXPECT_EQ(text(),
            "# TYPE jobs_done_total counter\njobs_done_total 3\n"
            "# TYPE x histogram\nx_bucket{le=\"1\"} 2\nx_bucket{le=\"+Inf\"} 2\nx_sum 3\nx_count 2\n"
            "# TYPE y summary\ny_sum 3\ny_count 2\n");
}

// Exposition rule 79: a histogram with native buckets only.
TEST_F(TextFormat, WritesANativeHistogramWithTheInfBucketOnly) {
  const std::vector<NativeBucket> positive{{1, 2}};
  const NativeSample native{.positive = positive};
  sink_.begin_family({.name = "x", .type = MetricType::histogram});
  sink_.histogram({}, {{}, 2, 3, &native}, {});
  EXPECT_EQ(text(), "# TYPE x histogram\nx_bucket{le=\"+Inf\"} 2\nx_sum 3\nx_count 2\n");
}

// Exposition rule 31: the name of a counter is not changed.
TEST_F(TextFormat, DoesNotChangeTheNameOfACounter) {
  sink_.begin_family({.name = "jobs_done", .help = "Jobs.", .type = MetricType::counter});
  sink_.counter({}, 3, {});
  EXPECT_EQ(text(), "# HELP jobs_done Jobs.\n# TYPE jobs_done counter\njobs_done 3\n");
}

// Exposition rule 32.
TEST_F(TextFormat, WritesAnEmptyHelp) {
  sink_.begin_family({.name = "jobs_done", .help = "", .type = MetricType::counter});
  sink_.counter({}, 3, {});
  EXPECT_EQ(text(), "# HELP jobs_done \n# TYPE jobs_done counter\njobs_done 3\n");
}

// Exposition rule 33.
TEST_F(TextFormat, OmitsAnAbsentHelp) {
  sink_.begin_family({.name = "temp_celsius", .type = MetricType::gauge});
  sink_.gauge({}, -0.5, {});
  EXPECT_EQ(text(), "# TYPE temp_celsius gauge\ntemp_celsius -0.5\n");
}

// Exposition rule 34.
TEST_F(TextFormat, WritesTimestampsInMilliseconds) {
  sink_.begin_family({.name = "temp_celsius", .type = MetricType::gauge});
  sink_.gauge(LabelText::of({{"room", "x"}, {"zone", "y"}}), kNaN, at(1700000000123));
  sink_.gauge({}, 1, at(0));
  EXPECT_EQ(text(),
            "# TYPE temp_celsius gauge\n"
            "temp_celsius{room=\"x\",zone=\"y\"} NaN 1700000000123\n"
            "temp_celsius 1 0\n");
}

// Exposition rule 35.
TEST_F(TextFormat, RejectsATimestampBefore1970) {
  sink_.begin_family({.name = "temp_celsius", .type = MetricType::gauge});
  sink_.gauge({}, 1, {});
  try {
    sink_.gauge(LabelText::of({{"room", "x"}}), 2, at(-5));
    ADD_FAILURE() << "nothing was thrown";
  } catch (const SampleError& error) {
    EXPECT_STREQ(error.what(), "sample 'temp_celsius': the timestamp -5 ms is before 1970; Prometheus rejects it");
  }
  EXPECT_EQ(text(), "# TYPE temp_celsius gauge\ntemp_celsius 1\n");
}

// Exposition rule 36.
TEST_F(TextFormat, WritesUnknownAsUntyped) {
  sink_.begin_family({.name = "u", .type = MetricType::unknown});
  sink_.unknown({}, 42, {});
  EXPECT_EQ(text(), "# TYPE u untyped\nu 42\n");
}

// Exposition rule 37.
TEST_F(TextFormat, WritesInfoAsAGauge) {
  sink_.begin_family({.name = "build", .type = MetricType::info});
  sink_.info(LabelText::of({{"rev", "x"}}), {});
  EXPECT_EQ(text(), "# TYPE build_info gauge\nbuild_info{rev=\"x\"} 1\n");
}

// Exposition rule 38.
TEST_F(TextFormat, WritesAStateSetAsGauges) {
  sink_.begin_family({.name = "mode", .type = MetricType::state_set});
  const std::vector<State> states{{"a", false}, {"b", true}};
  sink_.state_set({}, states, {});
  sink_.state_set(LabelText::of({{"host", "h"}}), states, {});
  EXPECT_EQ(text(),
            "# TYPE mode gauge\n"
            "mode{mode=\"a\"} 0\nmode{mode=\"b\"} 1\n"
            "mode{host=\"h\",mode=\"a\"} 0\nmode{host=\"h\",mode=\"b\"} 1\n");
}

// Exposition rule 39.
TEST_F(TextFormat, WritesAGaugeHistogramAsAHistogram) {
  sink_.begin_family({.name = "queue_seconds", .type = MetricType::gauge_histogram});
  const std::vector<Bucket> buckets{{1, 2}};
  sink_.gauge_histogram({}, {buckets, 3, 4.5}, {});
  EXPECT_EQ(text(),
            "# TYPE queue_seconds histogram\n"
            "queue_seconds_bucket{le=\"1\"} 2\nqueue_seconds_bucket{le=\"+Inf\"} 3\n"
            "queue_seconds_sum 4.5\nqueue_seconds_count 3\n");
}

// Exposition rule 40.
TEST_F(TextFormat, WritesTheBoundOfAHistogramAfterTheOtherLabels) {
  sink_.begin_family({.name = "rpc_seconds", .help = "R", .type = MetricType::histogram});
  const std::vector<Bucket> buckets{{0.005, 1}, {1, 4}, {1e5, 5}, {1e6, 5}};
  sink_.histogram(LabelText::of({{"m", "get"}}), {buckets, 6, 12.5}, {});
  EXPECT_EQ(text(),
            "# HELP rpc_seconds R\n"
            "# TYPE rpc_seconds histogram\n"
            "rpc_seconds_bucket{m=\"get\",le=\"0.005\"} 1\n"
            "rpc_seconds_bucket{m=\"get\",le=\"1\"} 4\n"
            "rpc_seconds_bucket{m=\"get\",le=\"100000\"} 5\n"
            "rpc_seconds_bucket{m=\"get\",le=\"1e+06\"} 5\n"
            "rpc_seconds_bucket{m=\"get\",le=\"+Inf\"} 6\n"
            "rpc_seconds_sum{m=\"get\"} 12.5\n"
            "rpc_seconds_count{m=\"get\"} 6\n");
}

// Exposition rules 41 and 42.
TEST_F(TextFormat, WritesTheInfBucketOnce) {
  sink_.begin_family({.name = "x", .type = MetricType::histogram});
  const std::vector<Bucket> only_inf{{kInfinity, 2}};
  sink_.histogram({}, {only_inf, 2, 3}, {});
  EXPECT_EQ(text(), "# TYPE x histogram\nx_bucket{le=\"+Inf\"} 2\nx_sum 3\nx_count 2\n");
}

// Exposition rule 42.
TEST_F(TextFormat, AddsTheInfBucketToAHistogramWithoutBounds) {
  sink_.begin_family({.name = "x", .type = MetricType::histogram});
  sink_.histogram({}, {{}, 2, 3}, {});
  EXPECT_EQ(text(), "# TYPE x histogram\nx_bucket{le=\"+Inf\"} 2\nx_sum 3\nx_count 2\n");
}

// Exposition rule 43.
TEST_F(TextFormat, WritesTheQuantileOfASummaryAfterTheOtherLabels) {
  sink_.begin_family({.name = "q_seconds", .type = MetricType::summary});
  const std::vector<Quantile> quantiles{{0.5, 1}, {0.99, kNaN}, {1, 2}};
  sink_.summary(LabelText::of({{"a", "b"}}), {quantiles, 2, 3}, {});
  EXPECT_EQ(text(),
            "# TYPE q_seconds summary\n"
            "q_seconds{a=\"b\",quantile=\"0.5\"} 1\n"
            "q_seconds{a=\"b\",quantile=\"0.99\"} NaN\n"
            "q_seconds{a=\"b\",quantile=\"1\"} 2\n"
            "q_seconds_sum{a=\"b\"} 3\n"
            "q_seconds_count{a=\"b\"} 2\n");
}

// Exposition rule 44.
TEST_F(TextFormat, WritesASummaryWithoutQuantiles) {
  sink_.begin_family({.name = "q_seconds", .type = MetricType::summary});
  sink_.summary({}, {{}, 2, 3}, {});
  EXPECT_EQ(text(), "# TYPE q_seconds summary\nq_seconds_sum 3\nq_seconds_count 2\n");
}

// Exposition rule 45.
TEST_F(TextFormat, WritesNothingForAFamilyWithoutSamples) {
  sink_.begin_family({.name = "a", .help = "A.", .type = MetricType::counter});
  sink_.begin_family({.name = "b", .help = "B.", .type = MetricType::gauge});
  sink_.gauge({}, 1, {});
  sink_.begin_family({.name = "c", .help = "C.", .type = MetricType::counter});
  EXPECT_EQ(text(), "# HELP b B.\n# TYPE b gauge\nb 1\n");
}

// Exposition rules 47, 49, 50 and 51.
TEST_F(TextFormat, DoesNotEscapeOtherCharactersOfALabelValue) {
  sink_.begin_family({.name = "a", .type = MetricType::gauge});
  for (const std::string& value : {"n\0l"s, "x\ty"s, "{},=# "s, "c\r"s}) {
    sink_.gauge(LabelText::of({{"v", value}}), 1, {});
  }
  EXPECT_EQ(text(), "# TYPE a gauge\na{v=\"n\0l\"} 1\na{v=\"x\ty\"} 1\na{v=\"{},=# \"} 1\na{v=\"c\r\"} 1\n"s);
}

TEST_F(TextFormat, RejectsAnInvalidFamilyName) {
  EXPECT_THROW(sink_.begin_family({.name = "queue\xff"}), SampleError);
  EXPECT_THROW(sink_.begin_family({.name = ""}), SampleError);
  EXPECT_EQ(text(), "");
}

// The name of a state set is also a label name, and a label name with a colon needs quotes.
TEST_F(TextFormat, QuotesTheLabelOfAStateSetWithAColonInItsName) {
  sink_.begin_family({.name = "mode:x", .type = MetricType::state_set});
  sink_.state_set({}, std::vector<State>{{"on", true}}, {});
  EXPECT_EQ(text(), "# TYPE mode:x gauge\nmode:x{\"mode:x\"=\"on\"} 1\n");
}

TEST_F(TextFormat, RejectsReservedLabels) {
  sink_.begin_family({.name = "h", .type = MetricType::histogram});
  EXPECT_THROW(sink_.histogram(LabelText::of({{"le", "9"}}), {}, {}), SampleError);
  EXPECT_THROW(sink_.gauge_histogram(LabelText::of({{"le", "9"}}), {}, {}), SampleError);
  sink_.begin_family({.name = "s", .type = MetricType::summary});
  EXPECT_THROW(sink_.summary(LabelText::of({{"a", "1"}, {"quantile", "9"}}), {}, {}), SampleError);
  sink_.begin_family({.name = "mode", .type = MetricType::state_set});
  EXPECT_THROW(sink_.state_set(LabelText::of({{"mode", "a"}}), {}, {}), SampleError);
  EXPECT_EQ(text(), "");
}

TEST_F(TextFormat, RejectsASampleWithoutAFamily) {
  EXPECT_THROW(sink_.gauge({}, 1, {}), SampleError);
  sink_.begin_family({.name = "good", .type = MetricType::gauge});
  EXPECT_THROW(sink_.begin_family({.name = "no\xff", .type = MetricType::gauge}), SampleError);
  EXPECT_THROW(sink_.gauge({}, 1, {}), SampleError);
  EXPECT_EQ(text(), "");
}

TEST_F(TextFormat, ReplacesInvalidUtf8InHelpAndStateNames) {
  sink_.begin_family({.name = "mode", .help = "M\xff", .type = MetricType::state_set});
  const std::vector<State> states{{"a\xff", true}};
  sink_.state_set({}, states, {});
  EXPECT_EQ(text(), "# HELP mode M\uFFFD\n# TYPE mode gauge\nmode{mode=\"a\uFFFD\"} 1\n");
}

TEST_F(TextFormat, WritesTheBoundsOfEachHistogram) {
  const std::vector<Bucket> two{{0.5, 1}, {2, 3}};
  const std::vector<Bucket> three{{0.25, 1}, {2, 2}, {8, 3}};
  sink_.begin_family({.name = "a", .type = MetricType::histogram});
  sink_.histogram(LabelText::of({{"m", "x"}}), {two, 3, 4}, {});
  sink_.histogram({}, {three, 3, 4}, {});
  sink_.begin_family({.name = "b", .type = MetricType::histogram});
  sink_.histogram({}, {two, 3, 4}, {});
  EXPECT_EQ(text(),
            "# TYPE a histogram\n"
            "a_bucket{m=\"x\",le=\"0.5\"} 1\na_bucket{m=\"x\",le=\"2\"} 3\na_bucket{m=\"x\",le=\"+Inf\"} 3\n"
            "a_sum{m=\"x\"} 4\na_count{m=\"x\"} 3\n"
            "a_bucket{le=\"0.25\"} 1\na_bucket{le=\"2\"} 2\na_bucket{le=\"8\"} 3\na_bucket{le=\"+Inf\"} 3\n"
            "a_sum 4\na_count 3\n"
            "# TYPE b histogram\n"
            "b_bucket{le=\"0.5\"} 1\nb_bucket{le=\"2\"} 3\nb_bucket{le=\"+Inf\"} 3\n"
            "b_sum 4\nb_count 3\n");
}

// Exposition rules 83, 84 and 87.
TEST_F(TextFormat, WritesAQuotedNameInsideTheBraces) {
  sink_.begin_family({.name = "disk.io", .help = "Bytes.", .type = MetricType::gauge});
  sink_.gauge({}, 1, {});
  sink_.gauge(labels(R"("a:b"="c","dev.name"="sda",host="h")"), 2, at(5));
  EXPECT_EQ(text(),
            "# HELP \"disk.io\" Bytes.\n"
            "# TYPE \"disk.io\" gauge\n"
            "{\"disk.io\"} 1\n"
            "{\"disk.io\",\"a:b\"=\"c\",\"dev.name\"=\"sda\",host=\"h\"} 2 5\n");
}

// Exposition rule 86.
TEST_F(TextFormat, EscapesAQuotedName) {
  sink_.begin_family({.name = "we\"ird\\na\nme", .type = MetricType::unknown});
  sink_.unknown({}, 1, {});
  EXPECT_EQ(text(),
            "# TYPE \"we\\\"ird\\\\na\\nme\" untyped\n"
            "{\"we\\\"ird\\\\na\\nme\"} 1\n");
}

// Exposition rule 88.
TEST_F(TextFormat, WritesSuffixesAndReservedLabelsWithAQuotedName) {
  const std::vector<Bucket> buckets{{1, 2}};
  const std::vector<Quantile> quantiles{{0.5, 7}};
  const std::vector<State> states{{"on", true}};
  sink_.begin_family({.name = "rpc.lat", .type = MetricType::histogram});
  sink_.histogram({}, {buckets, 3, 4}, {});
  sink_.histogram(LabelText::of({{"m", "x"}}), {{}, 3, 4}, {});
  sink_.begin_family({.name = "rpc.q", .type = MetricType::summary});
  sink_.summary(LabelText::of({{"m", "x"}}), {quantiles, 3, 4}, {});
  sink_.begin_family({.name = "rpc.mode", .type = MetricType::state_set});
  sink_.state_set({}, states, {});
  sink_.state_set(LabelText::of({{"m", "x"}}), states, {});
  sink_.begin_family({.name = "rpc.build", .type = MetricType::info});
  sink_.info(LabelText::of({{"m", "x"}}), {});
  EXPECT_EQ(text(),
            R"(# TYPE "rpc.lat" histogram
{"rpc.lat_bucket",le="1"} 2
{"rpc.lat_bucket",le="+Inf"} 3
{"rpc.lat_sum"} 4
{"rpc.lat_count"} 3
{"rpc.lat_bucket",m="x",le="+Inf"} 3
{"rpc.lat_sum",m="x"} 4
{"rpc.lat_count",m="x"} 3
# TYPE "rpc.q" summary
{"rpc.q",m="x",quantile="0.5"} 7
{"rpc.q_sum",m="x"} 4
{"rpc.q_count",m="x"} 3
# TYPE "rpc.mode" gauge
{"rpc.mode","rpc.mode"="on"} 1
{"rpc.mode",m="x","rpc.mode"="on"} 1
# TYPE "rpc.build_info" gauge
{"rpc.build_info",m="x"} 1
)");
}

// Lines that are shorter than the buffer of the writer, as long as it, and longer.
TEST_F(TextFormat, WritesLinesOfAnyLength) {
  sink_.begin_family({.name = "long", .help = std::string(50'000, 'h'), .type = MetricType::gauge});
  std::string expected = "# HELP long " + std::string(50'000, 'h') + "\n# TYPE long gauge\n";
  std::vector<std::size_t> lengths{0, 1, 100'000, 3, 1'000'000, 100};
  for (std::size_t length = 10'000; length < 40'000; length += 97) lengths.push_back(length);
  for (const std::size_t length : lengths) {
    const std::string value(length, 'v');
    sink_.gauge(LabelText::of({{"l", value}}), -2.2250738585072014e-308, at(1700000000123));
    expected += "long{l=\"" + value + "\"} -2.2250738585072014e-308 1700000000123\n";
  }
  EXPECT_TRUE(text() == expected) << "the texts differ";  // EXPECT_EQ would print megabytes
}

TEST_F(TextFormat, AppendsToTheContentOfTheBuffer) {
  text_ = "before\n";
  sink_.begin_family({.name = "empty", .type = MetricType::gauge});
  EXPECT_EQ(text(), "before\n");
}

}  // namespace
}  // namespace narthex
