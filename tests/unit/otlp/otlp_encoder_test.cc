#include "otlp/otlp_encoder.h"

#include <bit>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/labels.h>
#include <narthex/sink.h>

#include "support/otlp_encoding.h"

namespace narthex {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr std::string_view kTrace = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr std::string_view kSpan = "00f067aa0ba902b7";

class OtlpEnvelope : public OtlpEncoding {
 protected:
  OtlpEnvelope()
      : OtlpEncoding({.resource = attributes_of({{"service.name", "shop"},
                                                 {"service.instance.id", "i-1"},
                                                 {"service.namespace", "eu"},
                                                 {"service.version", "1.2"}}),
                      .scope = scope_of("narthex", "1")}) {}
};

// Cases 300 and 302.
TEST_F(OtlpEnvelope, HasTheBytesOfTheSpecification) {
  family("cpu_seconds_total", MetricType::counter, "seconds");
  sink_.counter({}, {6.5, kCreated, nullptr}, {});
  sink_.finish();
  encoder_.end();
  ASSERT_EQ(encoder_.requests().size(), 1u);
  EXPECT_EQ(otlp_text::hex(encoder_.requests()[0].body),
            "0ad6010a6b0a160a0c736572766963652e6e616d6512060a0473686f700a1c0a13736572766963652e696e7374616e63652e696412"
            "050a03692d310a190a11736572766963652e6e616d65737061636512040a0265750a180a0f736572766963652e76657273696f6e12"
            "050a03312e3212670a0c0a076e6172746865781201311257"
            "0a116370755f7365636f6e64735f746f74616c1a01733a210a1b1100002a36fe9c9717190058712e0c9d9717210000000000001a40"
            "10021801621c0a0f70726f6d6574686575732e7479706512090a07636f756e746572");
  EXPECT_EQ(encoder_.requests()[0].points, 1u);
  EXPECT_EQ(
      otlp_request_text(encoder_.requests()[0].body),
      R"({"resourceMetrics":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}},)"
      R"({"key":"service.instance.id","value":{"stringValue":"i-1"}},{"key":"service.namespace","value":{"stringValue":"eu"}},)"
      R"({"key":"service.version","value":{"stringValue":"1.2"}}]},"scopeMetrics":[{"scope":{"name":"narthex","version":"1"},)"
      R"("metrics":[{"name":"cpu_seconds_total","unit":"s","sum":{"dataPoints":[{"startTimeUnixNano":"1700000000000000000",)"
      R"("timeUnixNano":"1700000060000000000","asDouble":6.5}],"aggregationTemporality":2,"isMonotonic":true},)"
      R"("metadata":[{"key":"prometheus.type","value":{"stringValue":"counter"}}]}]}]}]})");
}

// Case 301.
TEST_F(OtlpEncoding, WritesACounterWithAnExemplar) {
  const LabelText ids =
      LabelText::of({{"trace_id", std::string(kTrace)}, {"span_id", std::string(kSpan)}, {"user", "u1"}});
  const Exemplar exemplar{ids, 0.25, at(1700000001250)};
  family("jobs_done_total", MetricType::counter, "", "Jobs.");
  sink_.counter(LabelText::of({{"queue", "a"}}), {3, kCreated, &exemplar}, {});
  EXPECT_EQ(metrics(),
            R"({"name":"jobs_done_total","description":"Jobs.","sum":{"dataPoints":[{"attributes":[{"key":"queue",)"
            R"("value":{"stringValue":"a"}}],s,t,"asDouble":3,"exemplars":[{"filteredAttributes":[{"key":"user",)"
            R"("value":{"stringValue":"u1"}}],e,"asDouble":0.25,"traceId":"4bf92f3577b34da6a3ce929d0e0e4736",)"
            R"("spanId":"00f067aa0ba902b7"}]}],"aggregationTemporality":2,"isMonotonic":true},)" +
                metadata("counter"));
}

// Case 303.
TEST_F(OtlpEncoding, WritesAGaugeWithoutStartTime) {
  family("temp_celsius", MetricType::gauge, "celsius");
  sink_.gauge(LabelText::of({{"room", "x"}}), 21.5);
  EXPECT_EQ(metrics(), R"({"name":"temp_celsius","unit":"Cel","gauge":{"dataPoints":[{"attributes":[{"key":"room",)"
                       R"("value":{"stringValue":"x"}}],t,"asDouble":21.5}]},)" +
                           metadata("gauge"));
}

// Case 304.
TEST_F(OtlpEncoding, WritesAZero) {
  family("g", MetricType::gauge);
  sink_.gauge({}, 0);
  EXPECT_EQ(metrics(), R"({"name":"g","gauge":{"dataPoints":[{t,"asDouble":0}]},)" + metadata("gauge"));
}

// Case 305: quiet, negative and signalling NaN, and the stale marker of Prometheus have the same bits.
TEST_F(OtlpEncoding, WritesNanAndInfinities) {
  family("g", MetricType::gauge);
  for (const std::uint64_t bits :
       {0x7ff8000000000000u, 0xfff8000000000000u, 0x7ff0000000000001u, 0x7ff0000000000002u}) {
    sink_.gauge({}, std::bit_cast<double>(bits));
  }
  sink_.gauge({}, kInfinity);
  sink_.gauge({}, -kInfinity);
  const std::string text = metrics();
  EXPECT_EQ(text,
            R"({"name":"g","gauge":{"dataPoints":[{t,"asDouble":"NaN"},{t,"asDouble":"NaN"},{t,"asDouble":"NaN"},)"
            R"({t,"asDouble":"NaN"},{t,"asDouble":"Infinity"},{t,"asDouble":"-Infinity"}]},)" +
                metadata("gauge"));
  const std::string bytes = otlp_text::hex(encoder_.requests()[0].body);
  std::size_t number = 0;
  for (std::size_t i = 0; (i = bytes.find("21010000000000f87f", i)) != std::string::npos; ++i) ++number;
  EXPECT_EQ(number, 4u);
}

// Case 306.
TEST_F(OtlpEncoding, LeavesOutLabelsWithEmptyValues) {
  family("g", MetricType::gauge);
  sink_.gauge(LabelText::of({{"e", ""}}), 1);
  sink_.gauge(LabelText::of({{"a", ""}, {"a_long_name", "x"}, {"e", ""}}), 2);
  EXPECT_EQ(metrics(), R"({"name":"g","gauge":{"dataPoints":[{t,"asDouble":1},{"attributes":[{"key":"a_long_name",)"
                       R"("value":{"stringValue":"x"}}],t,"asDouble":2}]},)" +
                           metadata("gauge"));
}

// Case 307.
TEST_F(OtlpEncoding, WritesTheTimestampOfASample) {
  family("g", MetricType::gauge);
  sink_.gauge({}, 1, at(1700000000123));
  EXPECT_EQ(metrics(), R"({"name":"g","gauge":{"dataPoints":[{"timeUnixNano":"1700000000123000000","asDouble":1}]},)" +
                           metadata("gauge"));
}

TEST_F(OtlpEncoding, DropsSamplesWhoseTimeNoMessageCanHave) {
  family("g", MetricType::gauge);
  for (const std::int64_t ms : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{18446744073710}})
    sink_.gauge({}, 1, at(ms));
  sink_.gauge({}, 1, at(18446744073709));
  EXPECT_EQ(metrics(), R"({"name":"g","gauge":{"dataPoints":[{"timeUnixNano":"18446744073709000000","asDouble":1}]},)" +
                           metadata("gauge"));
  EXPECT_EQ(dropped(detail::otlp::OtlpDrop::time), 3u);
}

// Case 308.
TEST_F(OtlpEncoding, WritesAnUnknownAsAGauge) {
  family("u", MetricType::unknown);
  sink_.unknown({}, 42);
  EXPECT_EQ(metrics(), R"({"name":"u","gauge":{"dataPoints":[{t,"asDouble":42}]},)" + metadata("unknown"));
}

// Case 309.
TEST_F(OtlpEncoding, WritesAnInfoAsASum) {
  for (const std::string_view name : {"build", "build_info"}) {
    family(name, MetricType::info);
    sink_.info(LabelText::of({{"rev", "x"}}));
  }
  const std::string one = R"({"name":"build_info","sum":{"dataPoints":[{"attributes":[{"key":"rev",)"
                          R"("value":{"stringValue":"x"}}],t,"asDouble":1}],"aggregationTemporality":2},)" +
                          metadata("info");
  EXPECT_EQ(metrics(), one + one);
}

// Case 310.
TEST_F(OtlpEncoding, WritesAStateSetAsASum) {
  const std::vector<State> states{{"a", false}, {"b", true}};
  family("mode", MetricType::state_set);
  sink_.state_set({}, states);
  EXPECT_EQ(metrics(),
            R"({"name":"mode","sum":{"dataPoints":[{"attributes":[{"key":"mode","value":{"stringValue":"a"}}],)"
            R"(t,"asDouble":0},{"attributes":[{"key":"mode","value":{"stringValue":"b"}}],t,"asDouble":1}],)"
            R"("aggregationTemporality":2},)" +
                metadata("stateset"));
}

// Case 311.
TEST_F(OtlpEncoding, WritesAClassicHistogram) {
  const LabelText ids = LabelText::of({{"trace_id", std::string(kTrace)}, {"span_id", std::string(kSpan)}});
  const LabelText user = LabelText::of({{"user", "u2"}});
  const Exemplar low{ids, 0.3, at(1700000001250)};
  const Exemplar high{user, 2e6, at(1700000001250)};
  const std::vector<Bucket> buckets{{.005, 1}, {1, 4, &low}, {1e5, 5}, {1e6, 5}, {kInfinity, 6, &high}};
  family("rpc_seconds", MetricType::histogram, "seconds");
  sink_.histogram(LabelText::of({{"m", "get"}}), {buckets, 6, 12.5, nullptr, kCreated});
  EXPECT_EQ(metrics(),
            R"({"name":"rpc_seconds","unit":"s","histogram":{"dataPoints":[{"attributes":[{"key":"m",)"
            R"("value":{"stringValue":"get"}}],s,t,"count":"6","sum":12.5,"bucketCounts":["1","3","1","0","1"],)"
            R"("explicitBounds":[0.005,1,100000,1000000],"exemplars":[{e,"asDouble":0.3,)"
            R"("traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7"},{"filteredAttributes":)"
            R"([{"key":"user","value":{"stringValue":"u2"}}],e,"asDouble":2000000}]}],"aggregationTemporality":2},)" +
                metadata("histogram"));
}

// Cases 312 and 313; the bucket for +Inf may be given or not.
TEST_F(OtlpEncoding, WritesHistogramsWithoutBoundsAndWithoutObservations) {
  const std::vector<Bucket> infinite{{kInfinity, 2}};
  const std::vector<Bucket> empty{{1, 0}, {2, 0}};
  family("x", MetricType::histogram);
  sink_.histogram({}, {{}, 2, 3, nullptr, kCreated});
  sink_.histogram({}, {infinite, 2, 3, nullptr, kCreated});
  sink_.histogram({}, {empty, 0, 0, nullptr, kCreated});
  EXPECT_EQ(metrics(),
            R"({"name":"x","histogram":{"dataPoints":[{s,t,"count":"2","sum":3,"bucketCounts":["2"]},)"
            R"({s,t,"count":"2","sum":3,"bucketCounts":["2"]},)"
            R"({s,t,"sum":0,"bucketCounts":["0","0","0"],"explicitBounds":[1,2]}],"aggregationTemporality":2},)" +
                metadata("histogram"));
}

// Case 314.
TEST_F(OtlpEncoding, CountsNanObservationsInTheLastBucket) {
  const std::vector<Bucket> buckets{{-1, 1}, {0, 2}};
  family("x", MetricType::histogram);
  sink_.histogram({}, {buckets, 3, kNan, nullptr, kCreated});
  EXPECT_EQ(metrics(), R"({"name":"x","histogram":{"dataPoints":[{s,t,"count":"3","sum":"NaN",)"
                       R"("bucketCounts":["1","1","1"],"explicitBounds":[-1,0]}],"aggregationTemporality":2},)" +
                           metadata("histogram"));
}

// Case 324.
TEST_F(OtlpEncoding, WritesASummary) {
  const std::vector<Quantile> quantiles{{.5, 1}, {.99, kNan}, {1, 2}};
  family("q_seconds", MetricType::summary, "seconds");
  sink_.summary(LabelText::of({{"a", "b"}}), {quantiles, 2, 3, kCreated});
  EXPECT_EQ(metrics(), R"({"name":"q_seconds","unit":"s","summary":{"dataPoints":[{"attributes":[{"key":"a",)"
                       R"("value":{"stringValue":"b"}}],s,t,"count":"2","sum":3,"quantileValues":[{"quantile":0.5,)"
                       R"("value":1},{"quantile":0.99,"value":"NaN"},{"quantile":1,"value":2}]}]},)" +
                           metadata("summary"));
}

TEST_F(OtlpEncoding, LeavesOutTheZerosOfASummary) {
  const std::vector<Quantile> quantiles{{0, 0}};
  family("q", MetricType::summary);
  sink_.summary({}, {quantiles, 0, 0, {}});
  EXPECT_EQ(metrics(), R"({"name":"q","summary":{"dataPoints":[{t,"quantileValues":[{}]}]},)" + metadata("summary"));
}

// Case 323.
TEST_F(OtlpEncoding, DropsGaugeHistograms) {
  family("w", MetricType::gauge_histogram);
  sink_.gauge_histogram({}, {{}, 2, 3}, {});
  EXPECT_EQ(metrics(), "");
  EXPECT_EQ(dropped(detail::otlp::OtlpDrop::gauge_histogram), 1u);
  EXPECT_EQ(encoder_.dropped()[0].example, "w");
  begin();
  EXPECT_EQ(dropped(detail::otlp::OtlpDrop::gauge_histogram), 0u);
}

// Case 326.
TEST_F(OtlpEncoding, WritesNothingForAFamilyWithoutSeries) {
  family("a", MetricType::counter);
  family("b", MetricType::histogram);
  EXPECT_EQ(metrics(), "");
  EXPECT_TRUE(encoder_.requests().empty());
}

TEST_F(OtlpEncoding, DropsNamesThatReceiversRefuse) {
  family("___", MetricType::gauge);
  sink_.gauge({}, 1);
  family("g", MetricType::gauge);
  sink_.gauge(LabelText::of({{"_", "x"}}), 2);
  sink_.gauge(LabelText::of({{"A", "x"}, {"_", "x"}}), 3);
  sink_.gauge(LabelText::of({{"A", ",_=\"x\""}, {"_b", "x"}}), 4);
  EXPECT_EQ(metrics(),
            R"({"name":"g","gauge":{"dataPoints":[{"attributes":[{"key":"A","value":{"stringValue":",_=\"x\""}},)"
            R"({"key":"_b","value":{"stringValue":"x"}}],t,"asDouble":4}]},)" +
                metadata("gauge"));
  EXPECT_EQ(dropped(detail::otlp::OtlpDrop::name), 1u);
  EXPECT_EQ(dropped(detail::otlp::OtlpDrop::label), 2u);
}

TEST_F(OtlpEncoding, WritesTextThatIsNotUtf8WithReplacements) {
  const std::vector<State> states{{"\xff", false}};
  sink_.begin_family({.name = "mode", .help = "a\nb \"\\ \xff", .type = MetricType::state_set});
  sink_.state_set({}, states);
  EXPECT_EQ(metrics(),
            "{\"name\":\"mode\",\"description\":\"a\nb \\\"\\\\ \uFFFD\",\"sum\":{\"dataPoints\":[{\"attributes\":"
            "[{\"key\":\"mode\",\"value\":{\"stringValue\":\"\uFFFD\"}}],t,\"asDouble\":0}],"
            "\"aggregationTemporality\":2}," +
                metadata("stateset"));
}

// Labels of all forms and sizes, in texts of every size.
TEST_F(OtlpEncoding, WritesLabelsUnescaped) {
  std::vector<std::string> values{"x", "x\"", "\\", "\n", "seven_b", "eight_by", "ten_bytes_", "a=\"b\",", "\u00e9"};
  for (const std::size_t size :
       {15u, 16u, 17u, 31u, 32u, 33u, 100u, 118u, 119u, 120u, 121u, 122u, 127u, 128u, 200u, 16'400u, 70'000u}) {
    values.emplace_back(size, 'v');
  }
  for (const std::string& value : values) {
    for (const std::string_view name : {"a", "a.b", "b\"", "a_longer_name", "b=", "b\\"}) {
      const Labels labels{{std::string(name), value}, {"c", "1"}, {"z", value}};
      begin();
      family("g", MetricType::gauge);
      std::string expected = R"({"name":"g","gauge":{"dataPoints":[)";
      for (const std::size_t count : {std::size_t{1}, labels.size()}) {
        std::string attributes;
        for (std::size_t i = 0; i < count; ++i) {
          attributes += (i == 0 ? "" : ",") + std::string(R"({"key":)") + otlp_text::in_quotes(labels[i].first) +
                        R"(,"value":{"stringValue":)" + otlp_text::in_quotes(labels[i].second) + "}}";
        }
        sink_.gauge(LabelText::of({labels.begin(), labels.begin() + static_cast<std::ptrdiff_t>(count)}), 5);
        expected += R"({"attributes":[)" + attributes + R"(],t,"asDouble":5})" + (count == 1 ? "," : "");
      }
      EXPECT_EQ(metrics(), expected + "]}," + metadata("gauge")) << name << ' ' << value;
    }
  }
}

TEST_F(OtlpEncoding, WritesTheUnitsOfUcum) {
  for (const std::string_view unit : {"seconds", "bytes", "ratio", "kilobytes", "parsecs"}) {
    family("g", MetricType::gauge, unit);
    sink_.gauge({}, 1);
  }
  std::string expected;
  for (const std::string_view unit : {"s", "By", "1", "kilobytes", "parsecs"}) {
    expected += R"({"name":"g","unit":")" + std::string(unit) + R"(","gauge":{"dataPoints":[{t,"asDouble":1}]},)" +
                metadata("gauge");
  }
  EXPECT_EQ(metrics(), expected);
}

// Cases 327 to 329.
TEST_F(OtlpEncoding, TakesOnlyValidIdsFromExemplars) {
  family("c", MetricType::counter);
  const auto exemplar = [&](const std::string& trace, const std::string& span, const Timestamp& time) {
    const LabelText labels = LabelText::of({{"span_id", span}, {"trace_id", trace}});
    const Exemplar one{labels, 1, time};
    sink_.counter({}, {1, {}, &one}, {});
  };
  const std::string zeros(32, '0');
  exemplar(std::string(kTrace.substr(1)), zeros.substr(16), at(1700000001250));
  exemplar(std::string(kTrace.substr(1)) + "g", std::string(kSpan) + "0", at(1700000001250));
  exemplar(zeros, "", at(1700000001250));
  exemplar("4BF92F3577B34DA6A3CE929D0E0E4736", "00F067AA0BA902B7", at(1700000001250));
  exemplar(std::string(kTrace), std::string(kSpan), {});
  const auto filtered = [](std::string_view span, std::string_view trace) {
    const auto attribute = [](std::string_view name, std::string_view value) {
      return R"({"key":")" + std::string(name) + R"(","value":{"stringValue":")" + std::string(value) + R"("}})";
    };
    return R"({t,"asDouble":1,"exemplars":[{"filteredAttributes":[)" +
           (span.empty() ? "" : attribute("span_id", span) + ",") + attribute("trace_id", trace) +
           R"(],e,"asDouble":1}]},)";
  };
  EXPECT_EQ(metrics(),
            R"({"name":"c","sum":{"dataPoints":[)" + filtered(zeros.substr(16), kTrace.substr(1)) +
                filtered(std::string(kSpan) + "0", std::string(kTrace.substr(1)) + "g") + filtered("", zeros) +
                R"({t,"asDouble":1,"exemplars":[{e,"asDouble":1,"traceId":"4bf92f3577b34da6a3ce929d0e0e4736",)"
                R"("spanId":"00f067aa0ba902b7"}]},{t,"asDouble":1}],)"
                R"("aggregationTemporality":2,"isMonotonic":true},)" +
                metadata("counter"));
}

}  // namespace
}  // namespace narthex
