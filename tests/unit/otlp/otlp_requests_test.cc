#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/labels.h>
#include <narthex/sink.h>

#include "otlp/noting_sink.h"
#include "push/sent_series.h"
#include "support/otlp_encoding.h"

namespace narthex {
namespace {

constexpr std::size_t kSplitSize = 1000;

class OtlpRequests : public OtlpEncoding {
 protected:
  OtlpRequests()
      : OtlpEncoding({.resource = attributes_of({{"service.name", "shop"}}),
                      .scope = scope_of("narthex", "1"),
                      .split_size = kSplitSize,
                      .max_size = 3 * kSplitSize}) {}

  // Returns the values of all data points in a text.
  static std::string values_of(std::string_view text) {
    constexpr std::string_view kBefore = R"("asDouble":)";
    std::string values;
    for (std::size_t i = 0; (i = text.find(kBefore, i)) != std::string::npos;) {
      i += kBefore.size();
      values += std::string(text.substr(i, text.find('}', i) - i)) + ' ';
    }
    return values;
  }
  // Returns the number of data points in a request, and checks it.
  std::size_t points_of(const detail::otlp::OtlpRequest& request) const {
    const std::string text = otlp_request_text(request.body);
    std::size_t points = 0;
    for (std::size_t i = 0; (i = text.find("asDouble", i)) != std::string::npos; ++i) ++points;
    EXPECT_EQ(points, request.points);
    EXPECT_TRUE(text.starts_with(R"({"resourceMetrics":[{"resource":{"attributes":[{"key":"service.name")")) << text;
    EXPECT_EQ(text.find("error"), std::string::npos) << text;
    return points;
  }
};

TEST_F(OtlpRequests, ContinuesAFamilyInTheNextRequest) {
  for (int push = 0; push < 2; ++push) {  // the second one reuses the memory
    begin();
    std::string expected;  // the values of all data points
    for (const std::string_view name : {"a", "b", "c"}) {
      family(name, MetricType::gauge, "seconds", "Help.");
      for (int i = 0; i < 30; ++i) {
        sink_.gauge(LabelText::of({{"i", std::to_string(i)}}), i);
        expected += std::to_string(i) + ' ';
      }
    }
    EXPECT_EQ(values_of(metrics()), expected);
    ASSERT_GE(encoder_.requests().size(), 3u);
    std::size_t points = 0;
    for (const detail::otlp::OtlpRequest& request : encoder_.requests()) {
      EXPECT_LE(request.body.size(), kSplitSize);
      points += points_of(request);
    }
    EXPECT_EQ(points, 90u);
    for (const detail::otlp::OtlpRequest& request : encoder_.requests().first(encoder_.requests().size() - 1)) {
      EXPECT_GE(request.body.size(), kSplitSize - 100);  // it is full
    }
  }
}

TEST_F(OtlpRequests, GivesALargeDataPointItsOwnRequest) {
  const LabelText large = LabelText::of({{"x", std::string(kSplitSize, 'x')}});
  family("a", MetricType::gauge);
  sink_.gauge({}, 1);
  sink_.gauge(large, 2);
  sink_.gauge({}, 3);
  family("b", MetricType::gauge);
  sink_.gauge(large, 4);
  sink_.gauge(large, 5);
  static_cast<void>(metrics());
  ASSERT_EQ(encoder_.requests().size(), 5u);
  for (const detail::otlp::OtlpRequest& request : encoder_.requests()) EXPECT_EQ(points_of(request), 1u);
}

// Case 339.
TEST_F(OtlpRequests, DropsARequestThatIsTooLarge) {
  family("a", MetricType::gauge);
  sink_.gauge({}, 1);
  sink_.gauge(LabelText::of({{"x", std::string(3 * kSplitSize, 'x')}}), 2);
  sink_.gauge({}, 3);
  static_cast<void>(metrics());
  ASSERT_EQ(encoder_.requests().size(), 2u);
  for (const detail::otlp::OtlpRequest& request : encoder_.requests()) EXPECT_EQ(points_of(request), 1u);
  EXPECT_EQ(dropped(detail::otlp::OtlpDrop::size), 1u);
}

class OtlpStale : public OtlpEncoding {
 protected:
  // Encodes what the function writes to a sink, with the last data points of what is missing since the call before.
  template <class Write>
  std::string push(Write write) {
    begin();
    series_.begin();
    detail::otlp::NotingSink noting(encoder_, series_);
    write(static_cast<Sink&>(noting));
    noting.finish();
    series_.find_removed([&](const auto&... removed) { encoder_.add_stale(removed...); });
    series_.commit();
    return finished_metrics();
  }

  detail::SentSeries series_;
};

// Case 325.
TEST_F(OtlpStale, MarksRemovedSeriesOnce) {
  const LabelText a = LabelText::of({{"queue", "a"}});
  const LabelText b = LabelText::of({{"queue", "b"}});
  const auto write = [&](Sink& sink, bool has_a) {
    sink.begin_family({.name = "jobs_done_total", .help = "Jobs.", .type = MetricType::counter});
    if (has_a) sink.counter(a, {3, kCreated, nullptr}, {});
    sink.counter(b, {4, kCreated, nullptr}, {});
  };
  push([&](Sink& sink) { write(sink, true); });
  const std::string before = R"({"name":"jobs_done_total","description":"Jobs.","sum":{"dataPoints":[)";
  const std::string live = R"({"attributes":[{"key":"queue","value":{"stringValue":"b"}}],s,t,"asDouble":4})";
  const std::string gone = R"({"attributes":[{"key":"queue","value":{"stringValue":"a"}}],s,t,"asDouble":0,"flags":1})";
  const std::string after = R"(],"aggregationTemporality":2,"isMonotonic":true},)" + metadata("counter");
  EXPECT_EQ(push([&](Sink& sink) { write(sink, false); }), before + live + after + before + gone + after);
  EXPECT_EQ(push([&](Sink& sink) { write(sink, false); }), before + live + after);
}

TEST_F(OtlpStale, KeepsTheStartTimesOfHistogramsAndSummaries) {
  const std::vector<Bucket> buckets{{1, 1}};
  const NativeSample native{.schema = 3, .zero_count = 1};
  push([&](Sink& sink) {
    sink.begin_family({.name = "c", .type = MetricType::histogram});
    sink.histogram({}, {buckets, 1, 1, nullptr, kCreated});
    sink.begin_family({.name = "d", .type = MetricType::histogram});
    sink.histogram({}, {{}, 1, 1, &native, kCreated});
    sink.begin_family({.name = "g", .type = MetricType::summary});
    sink.summary({}, {{}, 1, 1, kCreated});
  });
  EXPECT_EQ(
      push([](Sink&) {}),
      R"({"name":"c","histogram":{"dataPoints":[{s,t,"sum":0,"bucketCounts":["0","0"],"explicitBounds":[1],"flags":1}],)"
      R"("aggregationTemporality":2},)" +
          metadata("histogram") +
          R"({"name":"d","exponentialHistogram":{"dataPoints":[{s,t,"sum":0,"flags":1}],"aggregationTemporality":2},)" +
          metadata("histogram") + R"({"name":"g","summary":{"dataPoints":[{s,t,"flags":1}]},)" + metadata("summary"));
}

// A state has a point of its own. A last point of a histogram or a summary would end the series that still exists.
TEST_F(OtlpStale, MarksALostStateButNoLostBucketOrQuantile) {
  const NativeSample native{.schema = 3, .zero_count = 1};
  const auto write = [&](std::vector<double> numbers, std::vector<State> states, const NativeSample* other) {
    return [=](Sink& sink) {
      std::vector<Bucket> buckets;
      std::vector<Quantile> quantiles;
      for (const double number : numbers) {
        buckets.push_back({number, 1});
        quantiles.push_back({number, 1});
      }
      sink.begin_family({.name = "a", .type = MetricType::histogram});
      sink.histogram({}, {buckets, 1, 1});
      sink.begin_family({.name = "b", .type = MetricType::histogram});
      sink.histogram({},
                     {other == nullptr ? std::span<const Bucket>(buckets) : std::span<const Bucket>(), 1, 1, other});
      sink.begin_family({.name = "c", .type = MetricType::summary});
      sink.summary({}, {quantiles, 1, 1});
      sink.begin_family({.name = "d", .type = MetricType::state_set});
      sink.state_set({}, states);
    };
  };
  push(write({.5, 1}, {{"on", true}, {"off", false}}, &native));
  const std::string text = push(write({1}, {{"on", true}}, nullptr));
  EXPECT_EQ(text.find("flags"), text.rfind("flags")) << text;
  const std::string tail =
      R"({"name":"d","sum":{"dataPoints":[{"attributes":[{"key":"d","value":{"stringValue":"off"}}],t,)"
      R"("asDouble":0,"flags":1}],"aggregationTemporality":2},)" +
      metadata("stateset");
  EXPECT_TRUE(text.ends_with(tail)) << text;
}

TEST_F(OtlpStale, MarksEachPartOfASeriesOfEachType) {
  const std::vector<Bucket> buckets{{1, 1}, {2, 1}};
  const std::vector<Quantile> quantiles{{.5, 1}, {.9, 2}};
  const std::vector<State> states{{"on", true}, {"off", false}};
  const NativeSample native{.schema = 3, .zero_count = 1};
  push([&](Sink& sink) {
    sink.begin_family({.name = "a", .type = MetricType::gauge});
    sink.gauge({}, 1);
    sink.begin_family({.name = "b", .type = MetricType::gauge_histogram});
    sink.gauge_histogram({}, {buckets, 1, 1});
    sink.begin_family({.name = "c", .type = MetricType::histogram});
    sink.histogram({}, {buckets, 1, 1});
    sink.begin_family({.name = "d", .type = MetricType::histogram});
    sink.histogram({}, {{}, 1, 1, &native});
    sink.begin_family({.name = "e", .type = MetricType::info});
    sink.info({});
    sink.begin_family({.name = "f", .type = MetricType::state_set});
    sink.state_set({}, states);
    sink.begin_family({.name = "g", .type = MetricType::summary});
    sink.summary({}, {quantiles, 1, 1});
    sink.begin_family({.name = "h", .type = MetricType::unknown});
    sink.unknown({}, 1);
  });
  const auto number = [](std::string_view name, std::string_view field, std::string_view tail, std::string_view type) {
    return R"({"name":")" + std::string(name) + R"(",")" + std::string(field) +
           R"(":{"dataPoints":[{t,"asDouble":0,"flags":1}])" + std::string(tail) + "}," + metadata(type);
  };
  EXPECT_EQ(
      push([](Sink&) {}),
      number("a", "gauge", "", "gauge") +
          R"({"name":"c","histogram":{"dataPoints":[{t,"sum":0,"bucketCounts":["0","0","0"],"explicitBounds":[1,2],)"
          R"("flags":1}],"aggregationTemporality":2},)" +
          metadata("histogram") +
          R"({"name":"d","exponentialHistogram":{"dataPoints":[{t,"sum":0,"flags":1}],"aggregationTemporality":2},)" +
          metadata("histogram") + number("e_info", "sum", R"(,"aggregationTemporality":2)", "info") +
          R"({"name":"f","sum":{"dataPoints":[{"attributes":[{"key":"f","value":{"stringValue":"on"}}],t,)"
          R"("asDouble":0,"flags":1},{"attributes":[{"key":"f","value":{"stringValue":"off"}}],t,"asDouble":0,)"
          R"("flags":1}],"aggregationTemporality":2},)" +
          metadata("stateset") +
          R"({"name":"g","summary":{"dataPoints":[{t,"quantileValues":[{"quantile":0.5},{"quantile":0.9}],)"
          R"("flags":1}]},)" +
          metadata("summary") + number("h", "gauge", "", "unknown"));
  EXPECT_EQ(push([](Sink&) {}), "");
}

}  // namespace
}  // namespace narthex
