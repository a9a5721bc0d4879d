#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <narthex/error.h>
#include <narthex/exposition.h>
#include <narthex/library_collector.h>
#include <narthex/registry.h>
#include <narthex/sink.h>

#include "formats/escaping_sink.h"
#include "formats/openmetrics2_writer.h"
#include "model/checked_labels.h"

namespace narthex {
namespace {

using namespace std::string_literals;
using std::chrono::milliseconds;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Timestamp at(std::int64_t ms) { return std::chrono::sys_time<milliseconds>(milliseconds(ms)); }

LabelView labels(std::string_view text) { return detail::CheckedLabels::view(text); }

// A writer and its buffer.
class OpenMetrics2Format : public testing::Test {
 protected:
  // Returns the finished text.
  const std::string& text() {
    sink_.finish();
    return text_;
  }

  // Writes a family with one sample.
  void counter(std::string_view name, const CounterSample& sample, const Timestamp& at = {}) {
    sink_.begin_family({.name = name, .type = MetricType::counter});
    sink_.counter({}, sample, at);
  }
  void gauge(std::string_view name, double value) {
    sink_.begin_family({.name = name, .type = MetricType::gauge});
    sink_.gauge({}, value);
  }
  void histogram(std::string_view name, const HistogramSample& sample, const Timestamp& at = {}) {
    sink_.begin_family({.name = name, .type = MetricType::histogram});
    sink_.histogram({}, sample, at);
  }
  void gauge_histogram(std::string_view name, const HistogramSample& sample) {
    sink_.begin_family({.name = name, .type = MetricType::gauge_histogram});
    sink_.gauge_histogram({}, sample);
  }

  std::string text_;
  detail::StringOutput output_{text_};
  detail::OpenMetrics2Writer writer_{output_};
  Sink& sink_ = writer_;  // the interface of collectors
};

// Exposition rule 230.
TEST_F(OpenMetrics2Format, WritesACounterWithStartTimeAndExemplar) {
  const Exemplar exemplar{labels("trace_id=\"ab12\""), 0.25, at(1700000001250)};
  sink_.begin_family({.name = "jobs_done_total", .help = "Jobs \\ done\nok \"q\"", .type = MetricType::counter});
  sink_.counter(LabelText::of({{"queue", "a\\b\"c\nd"}}), {3, at(1700000000500), &exemplar});
  EXPECT_EQ(text(), R"(# TYPE jobs_done_total counter
# HELP jobs_done_total Jobs \\ done\nok \"q\"
jobs_done_total{queue="a\\b\"c\nd"} 3.0 st@1700000000.5 # {trace_id="ab12"} 0.25 1700000001.25
# EOF
)");
}

// Exposition rule 231: OpenMetrics 1.0 calls such a counter `unknown`.
TEST_F(OpenMetrics2Format, KeepsTheTypeOfACounterWithAnyName) {
  counter("jobs_done", {3});
  EXPECT_EQ(text(), "# TYPE jobs_done counter\njobs_done 3.0\n# EOF\n");
}

// Exposition rules 232 and 233.
TEST_F(OpenMetrics2Format, WritesTheFullNameInAllLinesOfACounter) {
  sink_.begin_family({.name = "cpu_seconds_total", .unit = "seconds", .type = MetricType::counter});
  sink_.counter({}, 1e6);
  counter("x_total", {17, at(1520430000123)}, at(1520879607789));
  EXPECT_EQ(text(), R"(# TYPE cpu_seconds_total counter
# UNIT cpu_seconds_total seconds
cpu_seconds_total 1e+06
# TYPE x_total counter
x_total 17.0 1520879607.789 st@1520430000.123
# EOF
)");
}

// Exposition rules 234, 235, and 236.
TEST_F(OpenMetrics2Format, WritesExemplarsThatHaveATime) {
  const Exemplar untimed{labels("t=\"x\""), 0.5, {}};
  const Exemplar bare{{}, 0.5, at(7)};
  const LabelText quote = LabelText::of({{"t", "x\"y"}});
  counter("x_total", {1, {}, &untimed});
  counter("y_total", {1, {}, &bare});
  sink_.begin_family({.name = "z_total", .type = MetricType::counter});
  for (const double value : {kNaN, -kInfinity, 5e-324}) {
    const Exemplar exemplar{quote, value, at(1500)};
    sink_.counter({}, {1, {}, &exemplar});
  }
  EXPECT_EQ(text(), R"(# TYPE x_total counter
x_total 1.0
# TYPE y_total counter
y_total 1.0 # {} 0.5 0.007
# TYPE z_total counter
z_total 1.0 # {t="x\"y"} NaN 1.5
z_total 1.0 # {t="x\"y"} -Inf 1.5
z_total 1.0 # {t="x\"y"} 5e-324 1.5
# EOF
)");
}

// Exposition rule 237.
TEST_F(OpenMetrics2Format, WritesUnusualValuesOfCounters) {
  sink_.begin_family({.name = "x_total", .type = MetricType::counter});
  for (const double value : {kInfinity, -0.0, 0.1 + 0.2}) sink_.counter({}, value);
  EXPECT_EQ(text(), "# TYPE x_total counter\nx_total +Inf\nx_total 0.0\nx_total 0.30000000000000004\n# EOF\n");
}

// Exposition rule 239.
TEST_F(OpenMetrics2Format, OmitsAStartTimeThatReadsAsUnknown) {
  for (const std::int64_t ms : {0, -1}) counter("x_total", {1, at(ms)});
  EXPECT_EQ(text(), "# TYPE x_total counter\nx_total 1.0\n# TYPE x_total counter\nx_total 1.0\n# EOF\n");
}

// Exposition rule 240.
TEST_F(OpenMetrics2Format, OmitsExemplarsWithTooManyCharacters) {
  const std::string longest(127, 'x');
  for (const std::string& value : {longest, longest + "x"}) {
    const LabelText text = LabelText::of({{"t", value}});
    const Exemplar exemplar{text, 1, at(1)};
    counter("x_total", {1, {}, &exemplar});
  }
  EXPECT_EQ(text(), "# TYPE x_total counter\nx_total 1.0 # {t=\"" + longest +
                        "\"} 1.0 0.001\n# TYPE x_total counter\nx_total 1.0\n# EOF\n");
}

// Exposition rule 241.
TEST_F(OpenMetrics2Format, WritesValuesOfGauges) {
  sink_.begin_family({.name = "g", .type = MetricType::gauge});
  int i = 0;
  for (const double value : {kNaN, kInfinity, -kInfinity, -0.0, 5e-324, 1e21, 123456789.0, 100000.0}) {
    sink_.gauge(LabelText::of({{"v", std::to_string(++i)}}), value);
  }
  EXPECT_EQ(text(), R"(# TYPE g gauge
g{v="1"} NaN
g{v="2"} +Inf
g{v="3"} -Inf
g{v="4"} 0.0
g{v="5"} 5e-324
g{v="6"} 1e+21
g{v="7"} 1.23456789e+08
g{v="8"} 100000.0
# EOF
)");
}

// Exposition rule 242.
TEST_F(OpenMetrics2Format, WritesTimestampsInSeconds) {
  sink_.begin_family({.name = "temp_celsius", .unit = "celsius", .type = MetricType::gauge});
  for (const std::int64_t ms : {1700000000123, 1700000000000, 100L, 7L, 0L}) sink_.gauge({}, 21.5, at(ms));
  EXPECT_EQ(text(), R"(# TYPE temp_celsius gauge
# UNIT temp_celsius celsius
temp_celsius 21.5 1700000000.123
temp_celsius 21.5 1700000000
temp_celsius 21.5 0.1
temp_celsius 21.5 0.007
temp_celsius 21.5 0
# EOF
)");
}

// Exposition rules 245 and 246.
TEST_F(OpenMetrics2Format, WritesNamesThatEndLikeASuffix) {
  sink_.begin_family({.name = "u", .type = MetricType::unknown});
  sink_.unknown({}, 42);
  gauge("jobs_total", 1);
  gauge("load_sum", 2);
  EXPECT_EQ(text(),
            "# TYPE u unknown\nu 42.0\n# TYPE jobs_total gauge\njobs_total 1.0\n"
            "# TYPE load_sum gauge\nload_sum 2.0\n# EOF\n");
}

// Exposition rule 247.
TEST_F(OpenMetrics2Format, WritesSpecialCharactersOfLabelValues) {
  sink_.begin_family({.name = "g", .type = MetricType::gauge});
  for (const std::string& value : {"{},=#"s, "\t\r\0"s, "\n"s}) {
    sink_.gauge(LabelText::of({{"b", value}}), 1);
  }
  EXPECT_EQ(text(), "# TYPE g gauge\ng{b=\"{},=#\"} 1.0\ng{b=\"\t\r\0\"} 1.0\ng{b=\"\\n\"} 1.0\n# EOF\n"s);
}

// Exposition rule 248.
TEST_F(OpenMetrics2Format, OmitsCarriageReturnsAtTheEndOfAHelpText) {
  for (const char* help : {"", "a\r\r", "a\rb"}) {
    sink_.begin_family({.name = "g", .help = help, .type = MetricType::gauge});
    sink_.gauge({}, 1);
  }
  EXPECT_EQ(text(),
            "# TYPE g gauge\n# HELP g \ng 1.0\n# TYPE g gauge\n# HELP g a\ng 1.0\n"
            "# TYPE g gauge\n# HELP g a\rb\ng 1.0\n# EOF\n");
}

// Exposition rules 249, 250, and 251.
TEST_F(OpenMetrics2Format, AppendsTheInfoSuffixToAllLines) {
  for (const char* name : {"build", "build_info"}) {
    sink_.begin_family({.name = name, .type = MetricType::info});
    sink_.info(LabelText::of({{"rev", "x"}}));
  }
  sink_.info({}, at(1500));
  EXPECT_EQ(text(), R"(# TYPE build_info info
build_info{rev="x"} 1
# TYPE build_info info
build_info{rev="x"} 1
build_info 1 1.5
# EOF
)");
}

// Exposition rule 252, and units that have no legal spelling.
TEST_F(OpenMetrics2Format, OmitsAUnitThatPrometheusRejects) {
  const std::vector<State> states{{"a", true}};
  sink_.begin_family({.name = "a_seconds_info", .unit = "seconds", .type = MetricType::info});
  sink_.info({});
  sink_.begin_family({.name = "b_seconds", .unit = "seconds", .type = MetricType::state_set});
  sink_.state_set({}, states);
  for (const char* unit : {"a b", "\xc2\xb5s", "2x", "s:s"}) {
    sink_.begin_family({.name = "c", .unit = unit, .type = MetricType::gauge});
    sink_.gauge({}, 1);
  }
  EXPECT_EQ(text(), R"(# TYPE a_seconds_info info
a_seconds_info 1
# TYPE b_seconds stateset
b_seconds{b_seconds="a"} 1
# TYPE c gauge
c 1.0
# TYPE c gauge
c 1.0
# TYPE c gauge
# UNIT c 2x
c 1.0
# TYPE c gauge
# UNIT c s:s
c 1.0
# EOF
)");
}

// Exposition rule 253.
TEST_F(OpenMetrics2Format, WritesAStateSet) {
  const std::vector<State> states{{"a", false}, {"b", true}};
  sink_.begin_family({.name = "mode", .type = MetricType::state_set});
  sink_.state_set(LabelText::of({{"host", "h"}}), states);
  sink_.begin_family({.name = "none", .type = MetricType::state_set});
  sink_.state_set({}, {});
  EXPECT_EQ(text(), "# TYPE mode stateset\nmode{host=\"h\",mode=\"a\"} 0\nmode{host=\"h\",mode=\"b\"} 1\n# EOF\n");
}

// Exposition rule 255.
TEST_F(OpenMetrics2Format, WritesAHistogramInOneLine) {
  const std::vector<Bucket> buckets{{0.005, 1}, {1, 4}, {1e5, 5}, {1e6, 5}};
  sink_.begin_family({.name = "rpc_seconds", .help = "R", .type = MetricType::histogram});
  sink_.histogram(LabelText::of({{"m", "get"}}), {buckets, 6, 12.5, nullptr, at(1700000000500)});
  EXPECT_EQ(text(), R"(# TYPE rpc_seconds histogram
# HELP rpc_seconds R
rpc_seconds{m="get"} {count:6,sum:12.5,bucket:[0.005:1,1.0:4,100000.0:5,1e+06:5,+Inf:6]} st@1700000000.5
# EOF
)");
}

// Exposition rules 256, 257, and 258.
TEST_F(OpenMetrics2Format, WritesTheInfBucketOnce) {
  const std::vector<Bucket> inf{{kInfinity, 2}};
  const std::vector<Bucket> negative{{-1, 1}, {0, 2}};
  histogram("x", {{}, 2, 3});
  histogram("x", {inf, 2, 3});
  histogram("x", {negative, 3, -0.5});
  EXPECT_EQ(text(), R"(# TYPE x histogram
x {count:2,sum:3.0,bucket:[+Inf:2]}
# TYPE x histogram
x {count:2,sum:3.0,bucket:[+Inf:2]}
# TYPE x histogram
x {count:3,sum:-0.5,bucket:[-1.0:1,0.0:2,+Inf:3]}
# EOF
)");
}

// Exposition rules 259, 261, 262, 263, and 265.
TEST_F(OpenMetrics2Format, WritesUnusualHistograms) {
  const std::vector<Bucket> none{{0.1, 0}, {1, 0}};
  const std::vector<Bucket> one{{1, 1}};
  const std::vector<Bucket> bounds{{1e-05, 0}, {0.0001, 1}, {0.25, 2}, {10, 3}, {1e23, 4}};
  histogram("empty", {none, 0, 0, nullptr, at(1000)});
  histogram("with_nan", {one, 3, kNaN});
  histogram("bounds", {bounds, 5, kInfinity});
  histogram("full", {{}, std::numeric_limits<std::uint64_t>::max(), 1});
  histogram("at", {one, 1, 1, nullptr, at(1520430000123)}, at(1520879607789));
  EXPECT_EQ(text(), R"(# TYPE empty histogram
empty {count:0,sum:0.0,bucket:[0.1:0,1.0:0,+Inf:0]} st@1
# TYPE with_nan histogram
with_nan {count:3,sum:NaN,bucket:[1.0:1,+Inf:3]}
# TYPE bounds histogram
bounds {count:5,sum:+Inf,bucket:[1e-05:0,0.0001:1,0.25:2,10.0:3,1e+23:4,+Inf:5]}
# TYPE full histogram
full {count:18446744073709551615,sum:1.0,bucket:[+Inf:18446744073709551615]}
# TYPE at histogram
at {count:1,sum:1.0,bucket:[1.0:1,+Inf:1]} 1520879607.789 st@1520430000.123
# EOF
)");
}

// Exposition rule 260.
TEST_F(OpenMetrics2Format, WritesExemplarsOfBucketsAfterTheValue) {
  const Exemplar first{{}, 0.054, at(1520879607700)};
  const Exemplar untimed{labels("trace_id=\"a\""), 0.67, {}};
  const Exemplar last{labels("trace_id=\"b\""), 9.8, at(1520879607789)};
  const std::vector<Bucket> buckets{{0.1, 8, &first}, {1, 11, &untimed}, {kInfinity, 17, &last}};
  histogram("x", {buckets, 17, 324789.3, nullptr, at(1520430000123)});
  EXPECT_EQ(text(), R"(# TYPE x histogram
x {count:17,sum:324789.3,bucket:[0.1:8,1.0:11,+Inf:17]} st@1520430000.123 # {} 0.054 1520879607.7 # {trace_id="b"} 9.8 1520879607.789
# EOF
)");
}

// Exposition rule 266.
TEST_F(OpenMetrics2Format, WritesANativeHistogram) {
  const std::vector<NativeBucket> positive{{-1, 2}, {0, 1}, {1, 1}, {5, 1}};
  const NativeSample native{.zero_threshold = 0x1p-128, .zero_count = 1, .positive = positive};
  histogram("lat_seconds", {{}, 6, 10.5, &native});
  EXPECT_EQ(text(), R"(# TYPE lat_seconds histogram
lat_seconds {count:6,sum:10.5,schema:0,zero_threshold:2.938735877055719e-39,zero_count:1,positive_spans:[-1:3,3:1],positive_buckets:[2,1,1,1]}
# EOF
)");
}

// Exposition rules 267 and 268.
TEST_F(OpenMetrics2Format, WritesAnEmptyNativeHistogramWithoutSpans) {
  const NativeSample zeros{.schema = 3};
  const NativeSample wide{.schema = 3, .zero_threshold = 0x1p-128};
  histogram("a", {{}, 0, 0, &zeros});
  histogram("b", {{}, 0, 0, &wide});
  EXPECT_EQ(text(), R"(# TYPE a histogram
a {count:0,sum:0.0,schema:3,zero_threshold:0.0,zero_count:0}
# TYPE b histogram
b {count:0,sum:0.0,schema:3,zero_threshold:2.938735877055719e-39,zero_count:0}
# EOF
)");
}

// Exposition rules 269 and 270.
TEST_F(OpenMetrics2Format, FillsAGapOfOneNativeBucket) {
  const std::vector<NativeBucket> near{{1, 2}, {3, 4}};
  const std::vector<NativeBucket> far{{1, 2}, {4, 4}};
  const NativeSample filled{.positive = near};
  const NativeSample split{.positive = far};
  histogram("a", {{}, 6, 30, &filled});
  histogram("b", {{}, 6, 50, &split});
  EXPECT_EQ(text(), R"(# TYPE a histogram
a {count:6,sum:30.0,schema:0,zero_threshold:0.0,zero_count:0,positive_spans:[1:3],positive_buckets:[2,0,4]}
# TYPE b histogram
b {count:6,sum:50.0,schema:0,zero_threshold:0.0,zero_count:0,positive_spans:[1:1,2:1],positive_buckets:[2,4]}
# EOF
)");
}

// Exposition rules 271 and 272.
TEST_F(OpenMetrics2Format, WritesNegativeNativeBucketsFirst) {
  const std::vector<NativeBucket> one{{1, 1}};
  const std::vector<NativeBucket> negative{{1, 5}, {2, 7}};
  const std::vector<NativeBucket> positive{{-1, 5}, {0, 7}, {4, 10}, {5, 9}, {6, 8}, {7, 8}};
  const NativeSample only{.negative = one};
  const NativeSample both{.schema = 7, .zero_threshold = 0.0001, .negative = negative, .positive = positive};
  histogram("a", {{}, 1, -1.5, &only});
  histogram("b", {{}, 59, 120, &both});
  EXPECT_EQ(text(), R"(# TYPE a histogram
a {count:1,sum:-1.5,schema:0,zero_threshold:0.0,zero_count:0,negative_spans:[1:1],negative_buckets:[1]}
# TYPE b histogram
b {count:59,sum:120.0,schema:7,zero_threshold:0.0001,zero_count:0,negative_spans:[1:2],negative_buckets:[5,7],positive_spans:[-1:2,3:4],positive_buckets:[5,7,10,9,8,8]}
# EOF
)");
}

// Exposition rules 273 to 276.
TEST_F(OpenMetrics2Format, WritesUnusualNativeHistograms) {
  const std::vector<NativeBucket> two{{0, 2}};
  const std::vector<NativeBucket> overflow{{1025, 1}};
  const std::vector<NativeBucket> low{{1, 1}};
  const std::vector<NativeBucket> high{{406, 1}};
  const std::vector<NativeBucket> wide{{1, 1}, {3, 1}};
  const std::vector<NativeBucket> million{{0, 1'000'000}};
  const NativeSample with_nan{.positive = two};
  const NativeSample infinities{.negative = overflow, .positive = overflow};
  const NativeSample coarse{.schema = -4, .positive = low};
  const NativeSample fine{.schema = 8, .positive = high};
  const NativeSample widened{.zero_threshold = 0.5, .zero_count = 1, .positive = wide};
  const NativeSample many{.positive = million};
  histogram("nan", {{}, 3, kNaN, &with_nan});
  histogram("infinities", {{}, 2, kNaN, &infinities});
  histogram("coarse", {{}, 1, 3, &coarse});
  histogram("fine", {{}, 1, 3, &fine});
  histogram("widened", {{}, 3, 10.5, &widened});
  histogram("many", {{}, 1'000'000, 1e6, &many});
  EXPECT_EQ(text(), R"(# TYPE nan histogram
nan {count:3,sum:NaN,schema:0,zero_threshold:0.0,zero_count:0,positive_spans:[0:1],positive_buckets:[2]}
# TYPE infinities histogram
infinities {count:2,sum:NaN,schema:0,zero_threshold:0.0,zero_count:0,negative_spans:[1025:1],negative_buckets:[1],positive_spans:[1025:1],positive_buckets:[1]}
# TYPE coarse histogram
coarse {count:1,sum:3.0,schema:-4,zero_threshold:0.0,zero_count:0,positive_spans:[1:1],positive_buckets:[1]}
# TYPE fine histogram
fine {count:1,sum:3.0,schema:8,zero_threshold:0.0,zero_count:0,positive_spans:[406:1],positive_buckets:[1]}
# TYPE widened histogram
widened {count:3,sum:10.5,schema:0,zero_threshold:0.5,zero_count:1,positive_spans:[1:3],positive_buckets:[1,0,1]}
# TYPE many histogram
many {count:1000000,sum:1e+06,schema:0,zero_threshold:0.0,zero_count:0,positive_spans:[0:1],positive_buckets:[1000000]}
# EOF
)");
}

// Exposition rule 277.
TEST_F(OpenMetrics2Format, WritesExemplarsOfANativeHistogram) {
  const std::vector<NativeBucket> positive{{0, 5}, {1, 12}};
  const std::vector<Exemplar> exemplars{{labels("trace_id=\"shaZ8oxi\""), 0.67, at(1520879607789)},
                                        {{}, 1.1, {}},
                                        {labels("trace_id=\"ookahn0M\""), 1.2, at(1520879608589)}};
  const NativeSample native{.zero_threshold = 0.0001, .positive = positive, .exemplars = exemplars};
  sink_.begin_family({.name = "x", .type = MetricType::histogram});
  sink_.histogram(LabelText::of({{"m", "get"}}), {{}, 17, 324789.3, &native, at(1520430000000)}, at(1520879609000));
  EXPECT_EQ(text(), R"(# TYPE x histogram
x{m="get"} {count:17,sum:324789.3,schema:0,zero_threshold:0.0001,zero_count:0,positive_spans:[0:2],positive_buckets:[5,12]} 1520879609 st@1520430000 # {trace_id="shaZ8oxi"} 0.67 1520879607.789 # {trace_id="ookahn0M"} 1.2 1520879608.589
# EOF
)");
}

// Exposition rules 278, 279, and 280.
TEST_F(OpenMetrics2Format, WritesNativeBucketsBeforeClassicOnes) {
  const Exemplar classic{labels("trace_id=\"c\""), 0.4, at(1520879607700)};
  const Exemplar untimed{labels("trace_id=\"u\""), 0.4, {}};
  const std::vector<Exemplar> of_native{{labels("trace_id=\"n\""), 0.8, at(1520879607000)}};
  const std::vector<NativeBucket> positive{{0, 1}, {1, 1}};
  const NativeSample native{.zero_threshold = 0.0001, .positive = positive, .exemplars = of_native};
  const std::vector<Bucket> with_exemplar{{0.5, 1, &classic}, {1, 2}};
  const std::vector<Bucket> without{{0.5, 1, &untimed}, {1, 2}};
  sink_.begin_family({.name = "x_seconds", .help = "H.", .unit = "seconds", .type = MetricType::histogram});
  sink_.histogram({}, {with_exemplar, 2, 1.2, &native, at(1520430000123)});
  sink_.histogram({}, {without, 2, 1.2, &native});
  sink_.histogram({}, {without, 3, kNaN, &native});
  EXPECT_EQ(text(), R"(# TYPE x_seconds histogram
# UNIT x_seconds seconds
# HELP x_seconds H.
x_seconds {count:2,sum:1.2,schema:0,zero_threshold:0.0001,zero_count:0,positive_spans:[0:2],positive_buckets:[1,1],bucket:[0.5:1,1.0:2,+Inf:2]} st@1520430000.123 # {trace_id="c"} 0.4 1520879607.7
x_seconds {count:2,sum:1.2,schema:0,zero_threshold:0.0001,zero_count:0,positive_spans:[0:2],positive_buckets:[1,1],bucket:[0.5:1,1.0:2,+Inf:2]} # {trace_id="n"} 0.8 1520879607
x_seconds {count:3,sum:NaN,schema:0,zero_threshold:0.0001,zero_count:0,positive_spans:[0:2],positive_buckets:[1,1],bucket:[0.5:1,1.0:2,+Inf:3]} # {trace_id="n"} 0.8 1520879607
# EOF
)");
}

// Exposition rules 281, 282, and 283: a gauge histogram has no start time.
TEST_F(OpenMetrics2Format, WritesAGaugeHistogram) {
  const std::vector<Bucket> classic{{0.01, 20}, {0.1, 25}, {1, 34}};
  const std::vector<Bucket> zero{{0, 1}};
  const std::vector<NativeBucket> near{{0, 1}, {1, 1}};
  const std::vector<NativeBucket> negative{{0, 1}};
  const std::vector<NativeBucket> positive{{-1, 1}};
  const NativeSample native{.schema = 2, .zero_count = 1, .positive = near};
  const NativeSample sides{.negative = negative, .positive = positive};
  gauge_histogram("a", {classic, 42, 3289.3, nullptr, at(1000)});
  gauge_histogram("b", {{}, 3, 4.5, &native});
  gauge_histogram("c", {zero, 2, -0.5, &sides});
  EXPECT_EQ(text(), R"(# TYPE a gaugehistogram
a {gcount:42,gsum:3289.3,bucket:[0.01:20,0.1:25,1.0:34,+Inf:42]}
# TYPE b gaugehistogram
b {gcount:3,gsum:4.5,schema:2,zero_threshold:0.0,zero_count:1,positive_spans:[0:2],positive_buckets:[1,1]}
# TYPE c gaugehistogram
c {gcount:2,gsum:-0.5,schema:0,zero_threshold:0.0,zero_count:0,negative_spans:[0:1],negative_buckets:[1],positive_spans:[-1:1],positive_buckets:[1],bucket:[0.0:1,+Inf:2]}
# EOF
)");
}

// Exposition rules 284 and 285.
TEST_F(OpenMetrics2Format, WritesASummary) {
  const std::vector<Quantile> quantiles{{0.5, 1}, {0.99, kNaN}, {1, 2}};
  sink_.begin_family({.name = "q_seconds", .type = MetricType::summary});
  sink_.summary(LabelText::of({{"a", "b"}}), {quantiles, 2, 3, at(1500)});
  sink_.begin_family({.name = "r_seconds", .type = MetricType::summary});
  sink_.summary({}, {});
  EXPECT_EQ(text(), R"(# TYPE q_seconds summary
q_seconds{a="b"} {count:2,sum:3.0,quantile:[0.5:1.0,0.99:NaN,1.0:2.0]} st@1.5
# TYPE r_seconds summary
r_seconds {count:0,sum:0.0,quantile:[]}
# EOF
)");
}

// Writes families with names that need quotes.
void write_quoted_names(Sink& sink) {
  const std::vector<Bucket> buckets{{1, 2}};
  const std::vector<State> states{{"on", true}};
  sink.begin_family({.name = "disk.io_total", .help = "D.", .type = MetricType::counter});
  sink.counter(labels(R"("a:b"="c","dev.name"="sda")"), {2, at(1500)});
  sink.begin_family({.name = "rpc.lat_seconds", .unit = "seconds", .type = MetricType::histogram});
  sink.histogram({}, {buckets, 3, 4});
  sink.begin_family({.name = "rpc.mode", .type = MetricType::state_set});
  sink.state_set({}, states);
  sink.begin_family({.name = "we\"ird\\na\nme", .type = MetricType::gauge});
  sink.gauge({}, 1);
  sink.begin_family({.name = "app.build", .type = MetricType::info});
  sink.info(LabelText::of({{"rev", "x"}}));
}

// Exposition rules 287 to 291.
TEST_F(OpenMetrics2Format, WritesAQuotedNameInsideTheBraces) {
  write_quoted_names(sink_);
  EXPECT_EQ(text(), R"(# TYPE "disk.io_total" counter
# HELP "disk.io_total" D.
{"disk.io_total","a:b"="c","dev.name"="sda"} 2.0 st@1.5
# TYPE "rpc.lat_seconds" histogram
# UNIT "rpc.lat_seconds" seconds
{"rpc.lat_seconds"} {count:3,sum:4.0,bucket:[1.0:2,+Inf:3]}
# TYPE "rpc.mode" stateset
{"rpc.mode","rpc.mode"="on"} 1
# TYPE "we\"ird\\na\nme" gauge
{"we\"ird\\na\nme"} 1.0
# TYPE "app.build_info" info
{"app.build_info",rev="x"} 1
# EOF
)");
}

// Exposition rules 293 and 294.
TEST_F(OpenMetrics2Format, WritesNothingOfAFamilyWithoutSamples) {
  sink_.begin_family({.name = "a", .help = "A.", .type = MetricType::gauge});
  EXPECT_EQ(text(), "# EOF\n");
}

// Exposition rules 254, 264, and 286.
TEST_F(OpenMetrics2Format, RejectsInvalidInput) {
  EXPECT_THROW(sink_.gauge({}, 1), SampleError);
  EXPECT_THROW(sink_.begin_family({.name = ""}), SampleError);
  sink_.begin_family({.name = "h", .type = MetricType::histogram});
  EXPECT_THROW(sink_.histogram(LabelText::of({{"le", "9"}}), {}), SampleError);
  EXPECT_THROW(sink_.gauge_histogram(LabelText::of({{"le", "9"}}), {}), SampleError);
  EXPECT_THROW(sink_.histogram({}, {}, at(-1)), SampleError);
  sink_.begin_family({.name = "s", .type = MetricType::summary});
  EXPECT_THROW(sink_.summary(LabelText::of({{"quantile", "9"}}), {}), SampleError);
  sink_.begin_family({.name = "mode", .type = MetricType::state_set});
  EXPECT_THROW(sink_.state_set(LabelText::of({{"mode", "a"}}), {}), SampleError);
  EXPECT_EQ(text(), "# EOF\n");
}

// Composite values with numbers of the maximum size, more of them than the buffer of a writer holds.
TEST_F(OpenMetrics2Format, WritesACompositeValueOfAnyLength) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  constexpr std::int32_t kFirst = std::numeric_limits<std::int32_t>::min();
  const std::string wide(60, 'e');
  const LabelText trace = LabelText::of({{"t", wide}});
  const Exemplar exemplar{trace, -2.2250738585072014e-308, at(1700000000123)};
  std::vector<Bucket> buckets;
  std::vector<NativeBucket> native_buckets;
  std::string spans;
  std::string counts;
  std::string bounds;
  std::string exemplars;
  for (int i = 0; i < 2000; ++i) {
    buckets.push_back({-2.2250738585072014e-308, kMost, &exemplar});
    native_buckets.push_back({kFirst + 1'000'000 * i, kMost});
    spans += (i == 0 ? std::to_string(kFirst) : std::string(",999999")) + ":1";
    counts += (i == 0 ? "" : ",") + std::to_string(kMost);
    bounds += "-2.2250738585072014e-308:" + std::to_string(kMost) + ',';
    exemplars += " # {t=\"" + wide + "\"} -2.2250738585072014e-308 1700000000.123";
  }
  const NativeSample native{.schema = -4,
                            .zero_threshold = 2.2250738585072014e-308,
                            .zero_count = kMost,
                            .negative = native_buckets,
                            .positive = native_buckets};
  histogram("x", {buckets, kMost, -2.2250738585072014e-308, &native, at(1700000000123)}, at(1700000000123));
  const std::string most = std::to_string(kMost);
  const std::string expected =
      "# TYPE x histogram\nx {count:" + most +
      ",sum:-2.2250738585072014e-308,schema:-4,zero_threshold:" + "2.2250738585072014e-308,zero_count:" + most +
      ",negative_spans:[" + spans + "],negative_buckets:[" + counts + "],positive_spans:[" + spans +
      "],positive_buckets:[" + counts + "],bucket:[" + bounds + "+Inf:" + most + "]} 1700000000.123 st@1700000000.123" +
      exemplars + "\n# EOF\n";
  EXPECT_TRUE(text() == expected) << "the texts differ";  // EXPECT_EQ would print half a megabyte
}

// Exposition rule 292.
TEST(OpenMetrics2, EscapesNamesAsTheOtherFormatsDo) {
  const auto escaped = [](detail::EscapingScheme scheme) {
    std::string text;
    detail::StringOutput output(text);
    detail::OpenMetrics2Writer writer(output);
    detail::EscapingSink sink(writer, scheme, [](std::string_view) {});
    write_quoted_names(sink);
    sink.finish();
    return text.substr(0, text.find("# TYPE rpc", 1));
  };
  EXPECT_EQ(
      escaped(detail::EscapingScheme::underscores),
      "# TYPE disk_io_total counter\n# HELP disk_io_total D.\ndisk_io_total{a_b=\"c\",dev_name=\"sda\"} 2.0 st@1.5\n");
  EXPECT_TRUE(escaped(detail::EscapingScheme::values)
                  .starts_with("# TYPE U__disk_2e_io_total counter\n# HELP U__disk_2e_io_total D.\n"
                               "U__disk_2e_io_total{U__a_3a_b=\"c\",U__dev_2e_name=\"sda\"} 2.0 st@1.5\n"));
}

std::string exposed(const Registry& registry) {
  return expose(registry, {.accept = "application/openmetrics-text;version=2.0.0"}).body;
}

// Exposition rule 238.
TEST(OpenMetrics2, LeavesOutACounterThatPrometheusRejects) {
  Registry registry({.diagnostic = [](std::string_view) {}});
  registry.add(LibraryCollector(registry));
  const Registration nan = registry.counter_function({.name = "a_total", .help = "A."}, [] { return kNaN; });
  const Registration negative = registry.counter_function({.name = "b_total", .help = "B."}, [] { return -1.0; });
  const Counter good = registry.counter({.name = "c_total", .help = "C."});
  exposed(registry);
  const std::string text = exposed(registry);
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("\na_total")));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("\nb_total")));
  EXPECT_THAT(text, testing::HasSubstr("\nc_total 0.0 st@"));
  EXPECT_THAT(text, testing::ContainsRegex("narthex_collector_errors_total\\{collector=\"a_total\"\\} [1-9]"));
  EXPECT_THAT(text, testing::ContainsRegex("narthex_collector_errors_total\\{collector=\"b_total\"\\} [1-9]"));
}

// Exposition rule 266.
TEST(OpenMetrics2, ServesANativeHistogramWithoutClassicBuckets) {
  Registry registry;
  const Histogram native = registry.histogram({.name = "n", .help = "N.", .native = {.growth_factor = 2}});
  const Histogram both =
      registry.histogram({.name = "b", .help = "B.", .buckets = {1}, .native = {.growth_factor = 2}});
  for (const Histogram& histogram : {native, both}) histogram.observe(1.5, {{"trace_id", "7"}});
  const std::string text = exposed(registry);
  const std::string fields =
      "{count:1,sum:1.5,schema:0,zero_threshold:2.938735877055719e-39,zero_count:0,positive_spans:[1:1],"
      "positive_buckets:[1]";
  EXPECT_THAT(text, testing::HasSubstr("\nn " + fields + "} st@"));
  EXPECT_THAT(text, testing::HasSubstr("\nb " + fields + ",bucket:[1.0:0,+Inf:1]} st@"));
  EXPECT_THAT(text, testing::ContainsRegex("\nn .* # \\{trace_id=\"7\"\\} 1.5 [0-9.]+\n"));
  EXPECT_THAT(text, testing::ContainsRegex("\nb .* # \\{trace_id=\"7\"\\} 1.5 [0-9.]+\n"));
}

// Exposition rules 243, 244, and 295.
TEST(OpenMetrics2, ServesTheRegistryAsTheOtherFormatsDo) {
  Registry registry({.labels = {{"region", "eu"}}});
  const auto codes = registry.gauge({.name = "k", .help = "K."}, {"code"});
  codes.labels(200).set(1);
  codes.labels("").set(2);
  registry.gauge({.name = "a", .help = "A."}).set(3);
  EXPECT_EQ(exposed(registry), R"(# TYPE a gauge
# HELP a A.
a{region="eu"} 3.0
# TYPE k gauge
# HELP k K.
k{code="200",region="eu"} 1.0
k{code="",region="eu"} 2.0
# EOF
)");
}

}  // namespace
}  // namespace narthex
