#include <chrono>
#include <cstddef>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "unit/remote_write/remote_write_sink.h"

namespace narthex {
namespace {

// Case 358.
TEST(RemoteWriteCollections, MarksARemovedSeriesOnce) {
  RemoteWriteSink sink({});
  const auto write = [](std::vector<std::string> zones) {
    return [zones](Sink& out) {
      out.begin_family({.name = "g", .type = MetricType::gauge});
      for (const std::string& zone : zones) out.gauge(LabelText::of({{"zone", zone}}), 1);
    };
  };
  sink.text(write({"a", "b"}));
  sink.commit();
  const std::string still = "{__name__=\"g\",job=\"j\",zone=\"a\"} 1.0 at 1700000060001\n";
  const std::string marked = still + "{__name__=\"g\",job=\"j\",zone=\"b\"} stale at 1700000060001\n";
  EXPECT_EQ(sink.text(write({"a"}), kTime + 1), marked);
  EXPECT_EQ(sink.text(write({"a"}), kTime + 1), marked);  // the push before has failed
  sink.commit();
  EXPECT_EQ(sink.text(write({"a"}), kTime + 1), still);
}

TEST(RemoteWriteCollections, MarksAllPartsOfARemovedMetric) {
  RemoteWriteSink sink({.native_histograms = true});
  const std::vector<Bucket> buckets{{0.5, 1}, {1, 2}};
  const NativeSample native{.zero_count = 3};
  const std::vector<Quantile> quantiles{{0.5, 1}};
  const std::vector<State> states{{"on", true}, {"off", false}};
  sink.text([&](Sink& out) {
    out.begin_family({.name = "both", .help = "H.", .type = MetricType::histogram});
    out.histogram({}, {buckets, 3, 1, &native});
    out.begin_family({.name = "gauges", .type = MetricType::gauge_histogram});
    out.gauge_histogram({}, {buckets, 3, 1});
    out.begin_family({.name = "native", .type = MetricType::histogram});
    out.histogram({}, {{}, 3, 1, &native});
    out.begin_family({.name = "sets", .type = MetricType::state_set});
    out.state_set({}, states);
    out.begin_family({.name = "sum", .type = MetricType::summary});
    out.summary({}, {quantiles, 2, 4.5});
  });
  sink.commit();
  EXPECT_EQ(sink.text([](Sink&) {}, 5),
            "{__name__=\"both_bucket\",job=\"j\",le=\"0.5\"} stale at 5\n"
            "{__name__=\"both_bucket\",job=\"j\",le=\"1.0\"} stale at 5\n"
            "{__name__=\"both_bucket\",job=\"j\",le=\"+Inf\"} stale at 5\n"
            "{__name__=\"both_sum\",job=\"j\"} stale at 5\n"
            "{__name__=\"both_count\",job=\"j\"} stale at 5\n"
            "{__name__=\"both\",job=\"j\"} native count=0 sum=stale zeros=0 at 5\n"
            "{__name__=\"gauges_bucket\",job=\"j\",le=\"0.5\"} stale at 5\n"
            "{__name__=\"gauges_bucket\",job=\"j\",le=\"1.0\"} stale at 5\n"
            "{__name__=\"gauges_bucket\",job=\"j\",le=\"+Inf\"} stale at 5\n"
            "{__name__=\"gauges_gsum\",job=\"j\"} stale at 5\n"
            "{__name__=\"gauges_gcount\",job=\"j\"} stale at 5\n"
            "{__name__=\"native\",job=\"j\"} native count=0 sum=stale zeros=0 at 5\n"
            "{__name__=\"sets\",job=\"j\",sets=\"on\"} stale at 5\n"
            "{__name__=\"sets\",job=\"j\",sets=\"off\"} stale at 5\n"
            "{__name__=\"sum\",job=\"j\",quantile=\"0.5\"} stale at 5\n"
            "{__name__=\"sum_sum\",job=\"j\"} stale at 5\n"
            "{__name__=\"sum_count\",job=\"j\"} stale at 5\n");
}

// The names without suffixes are sorted, but build_info would follow build_age_seconds.
TEST(RemoteWriteCollections, MarksNoSeriesBecauseOfTheSuffixOfAnInfo) {
  RemoteWriteSink sink({});
  const auto write = [](Sink& out) {
    out.begin_family({.name = "build", .type = MetricType::info});
    out.info({});
    out.begin_family({.name = "build_age_seconds", .type = MetricType::gauge});
    out.gauge({}, 1);
  };
  const std::string all =
      "{__name__=\"build_info\",job=\"j\"} 1.0 at 5\n"
      "{__name__=\"build_age_seconds\",job=\"j\"} 1.0 at 5\n";
  EXPECT_EQ(sink.text(write, 5), all);
  sink.commit();
  EXPECT_EQ(sink.text(write, 5), all);
  sink.commit();
  EXPECT_EQ(sink.text([](Sink&) {}, 6),
            "{__name__=\"build_info\",job=\"j\"} stale at 6\n"
            "{__name__=\"build_age_seconds\",job=\"j\"} stale at 6\n");
}

TEST(RemoteWriteCollections, MarksThePartsThatAMetricHasLost) {
  RemoteWriteSink sink({});
  const auto write = [](std::vector<double> numbers, std::vector<State> states) {
    return [numbers, states](Sink& out) {
      std::vector<Bucket> buckets;
      std::vector<Quantile> quantiles;
      for (const double number : numbers) {
        buckets.push_back({number, 1});
        quantiles.push_back({number, 1});
      }
      out.begin_family({.name = "h", .type = MetricType::histogram});
      out.histogram({}, {buckets, 3, 1});
      out.begin_family({.name = "q", .type = MetricType::summary});
      out.summary({}, {quantiles, 3, 1});
      out.begin_family({.name = "s", .type = MetricType::state_set});
      out.state_set({}, states);
    };
  };
  sink.text(write({0.25, 0.5}, {{"off", true}, {"on", false}}));
  sink.commit();
  const std::string text = sink.text(write({0.5}, {{"on", true}}), 5);
  EXPECT_EQ(text.substr(text.find("stale") - 40),
            "{__name__=\"h_bucket\",job=\"j\",le=\"0.25\"} stale at 5\n"
            "{__name__=\"q\",job=\"j\",quantile=\"0.25\"} stale at 5\n"
            "{__name__=\"s\",job=\"j\",s=\"off\"} stale at 5\n");
}

TEST(RemoteWriteCollections, ReplacesBytesThatAreNotUtf8) {
  const auto write = [](Sink& out) {
    const std::vector<State> states{{"o\xff", true}};
    out.begin_family({.name = "s", .help = "H\xff.", .type = MetricType::state_set});
    out.state_set({}, states);
  };
  RemoteWriteSink v1({.with_metadata = true});
  const std::vector<DecodedRequest> requests = v1.requests(write);
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].metadata.at(0), "7 's' 'H\xef\xbf\xbd.'");
  EXPECT_EQ(requests[0].series.at(0), "{__name__=\"s\",job=\"j\",s=\"o\xef\xbf\xbd\"} 1.0 at 1700000060000");
  RemoteWriteSink v2({.is_v2 = true});
  const std::string with_help = " type 7 'H\xef\xbf\xbd.' ''\n";
  EXPECT_EQ(v2.text(write), "{__name__=\"s\",job=\"j\",s=\"o\xef\xbf\xbd\"} 1.0 at 1700000060000" + with_help);
  v2.commit();
  EXPECT_EQ(v2.text([](Sink&) {}, 6), "{__name__=\"s\",job=\"j\",s=\"o\xef\xbf\xbd\"} stale at 6" + with_help);
}

// Cases 360 and 362.
TEST(RemoteWriteCollections, SendsAnExemplarOnce) {
  for (const bool is_v2 : {false, true}) {
    RemoteWriteSink sink({.is_v2 = is_v2});
    const LabelText trace = LabelText::of({{"trace_id", "ab"}});
    const auto write = [&](double value, Timestamp time) {
      return [&trace, value, time](Sink& out) {
        const Exemplar exemplar{trace, value, time};
        out.begin_family({.name = "a_total", .type = MetricType::counter});
        out.counter({}, CounterSample{3, {}, &exemplar});
      };
    };
    const std::string end = is_v2 ? " type 1 '' ''\n" : "\n";
    const std::string plain = "{__name__=\"a_total\",job=\"j\"} 3.0 at 1700000060000";
    const auto with = [&](const std::string& exemplar) {
      const std::string text = " # {trace_id=\"ab\"} " + exemplar;
      return plain + text + end;
    };
    EXPECT_EQ(sink.text(write(0.5, at(7))), with("0.5 at 7"));
    EXPECT_EQ(sink.text(write(0.5, at(7))), with("0.5 at 7"));  // the push before has failed
    sink.commit();
    EXPECT_EQ(sink.text(write(0.5, at(7))), plain + end);
    EXPECT_EQ(sink.text(write(0.5, at(6))), plain + end);
    EXPECT_EQ(sink.text(write(0.75, {})), plain + end);  // without a time
    EXPECT_EQ(sink.text(write(0.75, at(8))), with("0.75 at 8"));
  }
}

// Case 361.
TEST(RemoteWriteCollections, SendsNewNativeExemplarsByTime) {
  RemoteWriteSink sink({.native_histograms = true});
  std::vector<Exemplar> exemplars;
  for (int i = 0; i < 8; ++i) exemplars.push_back({{}, i + 0.5, at(100 - i)});
  const auto write = [&exemplars](Sink& out) {
    const NativeSample native{.zero_count = 3, .exemplars = exemplars};
    out.begin_family({.name = "n", .type = MetricType::histogram});
    out.histogram({}, {{}, 3, 1, &native});
  };
  const std::string plain = "{__name__=\"n\",job=\"j\"} native count=3 sum=1.0 zeros=3 at 1700000060000";
  EXPECT_EQ(sink.text(write).substr(0, 109),
            "{__name__=\"n\",job=\"j\"} # {} 7.5 at 93 # {} 6.5 at 94 # {} 5.5 at 95"
            " # {} 4.5 at 96 # {} 3.5 at 97 # {} 2.5 at");
  sink.commit();
  exemplars.push_back({{}, 20, at(120)});
  exemplars.push_back({{}, 30, at(110)});
  EXPECT_EQ(sink.text(write),
            "{__name__=\"n\",job=\"j\"} # {} 30.0 at 110 # {} 20.0 at 120 native count=3 sum=1.0 zeros=3 at "
            "1700000060000\n");
}

TEST(RemoteWriteCollections, SendsTheExemplarsOfBuckets) {
  RemoteWriteSink sink({.is_v2 = true});
  const LabelText trace = LabelText::of({{"trace_id", "ab"}});
  const Exemplar first{trace, 0.25, at(7)};
  const Exemplar last{trace, 9, at(6)};
  const std::vector<Bucket> buckets{{0.5, 1, &first}, {std::numeric_limits<double>::infinity(), 2, &last}};
  const auto write = [&](Sink& out) {
    out.begin_family({.name = "h", .type = MetricType::histogram});
    out.histogram({}, {buckets, 2, 9.25});
  };
  const std::string rest =
      "{__name__=\"h_sum\",job=\"j\"} 9.25 at 1700000060000 type 3 '' ''\n"
      "{__name__=\"h_count\",job=\"j\"} 2.0 at 1700000060000 type 3 '' ''\n";
  EXPECT_EQ(
      sink.text(write),
      "{__name__=\"h_bucket\",job=\"j\",le=\"0.5\"} 1.0 at 1700000060000 # {trace_id=\"ab\"} 0.25 at 7 type 3 '' ''\n"
      "{__name__=\"h_bucket\",job=\"j\",le=\"+Inf\"} 2.0 at 1700000060000 # {trace_id=\"ab\"} 9.0 at 6 type 3 '' ''\n" +
          rest);
  sink.commit();
  EXPECT_EQ(sink.text(write),
            "{__name__=\"h_bucket\",job=\"j\",le=\"0.5\"} 1.0 at 1700000060000 type 3 '' ''\n"
            "{__name__=\"h_bucket\",job=\"j\",le=\"+Inf\"} 2.0 at 1700000060000 type 3 '' ''\n" +
                rest);
}

void write_gauges(Sink& out, int count) {
  out.begin_family({.name = "g", .help = "H.", .type = MetricType::gauge});
  for (int i = 0; i < count; ++i) out.gauge(LabelText::of({{"i", std::to_string(i)}}), i);
}

// Case 376.
TEST(RemoteWriteCollections, DividesTheSamplesIntoRequests) {
  for (const bool is_v2 : {false, true}) {
    const auto requests =
        RemoteWriteSink({.is_v2 = is_v2, .with_metadata = true}).requests([](Sink& out) { write_gauges(out, 5000); });
    ASSERT_EQ(requests.size(), 3u);
    EXPECT_EQ(requests[0].series.size(), 2000u);
    EXPECT_EQ(requests[1].series.size(), 2000u);
    EXPECT_EQ(requests[2].series.size(), 1000u);
    EXPECT_EQ(requests[2].series[999], "{__name__=\"g\",i=\"4999\",job=\"j\"} 4999.0 at 1700000060000" +
                                           std::string(is_v2 ? " type 2 'H.' ''" : ""));
    EXPECT_EQ(requests[0].metadata.size(), is_v2 ? 0u : 1u);
    EXPECT_EQ(requests[1].metadata.size(), 0u);
  }
}

TEST(RemoteWriteCollections, KeepsAMetricInOneRequestIfItFits) {
  for (const bool is_v2 : {false, true}) {
    RemoteWriteSink sink({.is_v2 = is_v2, .limits = {.samples = 10}});
    const std::vector<Bucket> buckets{{0.5, 1}, {1, 2}, {2, 2}};
    const auto requests = sink.requests([&](Sink& out) {
      write_gauges(out, 6);
      out.begin_family({.name = "h", .type = MetricType::histogram});
      out.histogram({}, {buckets, 3, 1});  // six series
      const std::vector<Bucket> many(30, Bucket{0.5, 1});
      out.histogram({}, {many, 3, 1});  // 33 series
    });
    std::vector<std::size_t> sizes;
    for (const DecodedRequest& request : requests) sizes.push_back(request.series.size());
    EXPECT_EQ(sizes, (std::vector<std::size_t>{6, 6, 10, 10, 10, 3}));
    EXPECT_EQ(requests[5].series[2].substr(0, 38), "{__name__=\"h_count\",job=\"j\"} 3.0 at 17");
  }
}

TEST(RemoteWriteCollections, LimitsTheBytesOfARequest) {
  for (const bool is_v2 : {false, true}) {
    RemoteWriteSink sink({.is_v2 = is_v2, .limits = {.bytes = 4096}});
    const auto messages = sink.messages([](Sink& out) {
      out.begin_family({.name = "g", .type = MetricType::gauge});
      for (int i = 0; i < 100; ++i) out.gauge(LabelText::of({{"i", std::string(200, 'x') + std::to_string(i)}}), i);
    });
    EXPECT_GE(messages.size(), 5u);
    EXPECT_LE(messages.size(), 9u);
    for (const std::string& message : messages) EXPECT_LE(message.size(), 4096u);
  }
}

TEST(RemoteWriteCollections, SendsNothingForAnEmptyRegistry) {
  EXPECT_TRUE(RemoteWriteSink({.with_metadata = true}).messages([](Sink& out) { write_gauges(out, 0); }).empty());
}

Registry random_registry(std::mt19937& random) {
  const auto below = [&](unsigned limit) { return static_cast<int>(random() % limit); };
  const auto text = [&] { return std::string(static_cast<std::size_t>(below(4)), static_cast<char>('a' + below(3))); };
  Registry registry({.labels = {{"Zone", text()}}});
  for (int i = 0; i < 6; ++i) {
    const std::string name = "m" + std::to_string(i);
    const auto counters = registry.counter({.name = name + "_total", .help = "H." + text()}, {"a", "b"});
    const auto histograms = registry.histogram(
        {.name = name + "_h", .help = "H.", .buckets = {0.5, 1}, .native = {.growth_factor = 1.1}}, {"a"});
    const auto summaries = registry.summary({.name = name + "_s", .help = "S.", .quantiles = {0.5, 1}}, {"quality"});
    const auto states = registry.state_set({.name = "M" + name, .help = "M.", .states = {"on", "off"}}, {"a"});
    for (int j = below(30); j > 0; --j) {
      counters.labels(text(), text()).inc(below(5), {{"trace_id", text()}});
      histograms.labels(text()).observe(below(3) - 1, {{"trace_id", text()}});
      summaries.labels(text()).observe(below(3));
      states.labels(text()).set("on", below(2) == 1);
    }
  }
  return registry;
}

// Case 363.
TEST(RemoteWriteCollections, HasUniqueSymbolsAndValidReferences) {
  std::mt19937 random(42);
  for (int i = 0; i < 50; ++i) {
    const Registry registry = random_registry(random);
    const detail::RequestLimits limits{.samples = 1 + random() % 100};
    RemoteWriteSink v2(
        {.is_v2 = true, .native_histograms = true, .labels = {{"job", "j"}, {"n", "b"}}, .limits = limits});
    std::size_t series = 0;
    for (const DecodedRequest& request : v2.requests([&](Sink& out) { registry.collect(out); })) {
      EXPECT_EQ(request.symbols.at(0), "");
      EXPECT_EQ(std::set(request.symbols.begin(), request.symbols.end()).size(), request.symbols.size());
      EXPECT_EQ(request.odd_references, 0u);
      for (const std::uint32_t reference : request.references) EXPECT_LT(reference, request.symbols.size());
      const std::set used(request.references.begin(), request.references.end());
      EXPECT_GE(used.size() + 1, request.symbols.size());  // no symbol is unused, except the empty one
      series += request.series.size();
    }
    RemoteWriteSink v1({.native_histograms = true, .labels = {{"job", "j"}, {"n", "b"}}, .limits = limits});
    std::size_t series_of_v1 = 0;
    for (const auto& request : v1.requests([&](Sink& out) { registry.collect(out); })) {
      series_of_v1 += request.series.size();
    }
    EXPECT_EQ(series, series_of_v1);
  }
}

}  // namespace
}  // namespace narthex
