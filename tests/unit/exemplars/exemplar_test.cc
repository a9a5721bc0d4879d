// Exemplars that are arguments of an update.

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "base/totals.h"
#include "exemplars/exemplar_copies.h"
#include "model/checked_labels.h"
#include "support/exemplar_sink.h"
#include "support/sample.h"
#include "support/test_collector.h"

namespace narthex {
namespace {

using Shown = ExemplarSink::Exemplars;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::uint64_t refused() { return detail::totals().refused_exemplars.load(); }

class ExemplarTest : public testing::Test {
 protected:
  // Increments a counter with these labels and returns its exemplar.
  std::string exemplar_with(ExemplarLabels labels) {
    hits_.inc(1, labels);
    const Shown exemplars = exemplars_of(registry_);
    return exemplars.empty() ? "" : exemplars.at("");
  }
  std::string exemplar_with(std::string_view value) { return exemplar_with(std::vector<ExemplarLabel>{{"t", value}}); }

  Registry registry_;
  Counter hits_ = registry_.counter({.name = "hits_total", .help = "Hits."});
};

TEST_F(ExemplarTest, OfACounterIsServedUntilAnotherReplacesIt) {
  EXPECT_EQ(exemplars_of(registry_), Shown());
  const std::string id = "4bf92f3577b34da6";
  hits_.inc(2, {{"trace_id", id}});
  EXPECT_EQ(exemplars_of(registry_), (Shown{{"", "{trace_id=\"4bf92f3577b34da6\"} 2"}}));
  hits_.inc();
  EXPECT_EQ(exemplars_of(registry_), (Shown{{"", "{trace_id=\"4bf92f3577b34da6\"} 2"}}));
  hits_.inc(0.5, {{"trace_id", "a longer one than the last, so that it needs memory of its own"}, {"span_id", "7"}});
  EXPECT_EQ(
      exemplars_of(registry_),
      (Shown{{"", "{span_id=\"7\",trace_id=\"a longer one than the last, so that it needs memory of its own\"} 0.5"}}));
  EXPECT_EQ(hits_.value(), 3.5);
}

TEST_F(ExemplarTest, OfAHistogramIsServedInTheBucketOfItsValue) {
  const auto sizes = registry_.histogram({.name = "size_bytes", .help = "Sizes.", .buckets = {0.1, 1, 10}}, {"what"});
  for (const double value : {-1.0, 0.1, 0.5, 1.0, 10.0, 11.0}) {
    sizes.labels("a").observe(value, {{"n", std::to_string(value)}});
  }
  const Histogram kept = sizes.labels("b");
  kept.observe(-kInfinity, {{"n", "low"}});
  kept.observe(kInfinity, {{"n", "high"}});
  kept.observe(5);
  EXPECT_EQ(exemplars_of(registry_), (Shown{{"what=\"a\" 0.1", "{n=\"0.100000\"} 0.1"},
                                            {"what=\"a\" 1", "{n=\"1.000000\"} 1"},
                                            {"what=\"a\" 10", "{n=\"10.000000\"} 10"},
                                            {"what=\"a\" +Inf", "{n=\"11.000000\"} 11"},
                                            {"what=\"b\" 0.1", "{n=\"low\"} -Inf"},
                                            {"what=\"b\" +Inf", "{n=\"high\"} +Inf"}}));
  EXPECT_EQ(sample(to_text(registry_), "size_bytes_count{what=\"a\"}"), 6);
}

TEST_F(ExemplarTest, HasTheTimeOfItsUpdate) {
  const auto coarse = std::chrono::milliseconds(20);  // the resolution of the clock that exemplars use
  const auto before = std::chrono::system_clock::now();
  hits_.inc(1, {{"trace_id", "a"}});
  const auto after = std::chrono::system_clock::now();
  ExemplarSink sink;
  registry_.collect(sink);
  ASSERT_TRUE(sink.times.at(""));
  EXPECT_GE(*sink.times.at(""), before - coarse);
  EXPECT_LE(*sink.times.at(""), after);
}

// Exposition rule 30.
TEST_F(ExemplarTest, DoesNotChangeTheTextFormat004) {
  hits_.inc();
  registry_.histogram({.name = "size_bytes", .help = "Sizes.", .buckets = {1}}).observe(0.5);
  Registry same;
  same.counter({.name = "hits_total", .help = "Hits."}).inc(1, {{"trace_id", "ab12"}});
  same.histogram({.name = "size_bytes", .help = "Sizes.", .buckets = {1}}).observe(0.5, {{"trace_id", "ab12"}});
  EXPECT_EQ(to_text(same), to_text(registry_));
}

// Exposition rules 73 and 74.
TEST_F(ExemplarTest, HasAtMost128Characters) {
  const std::uint64_t before = refused();
  const std::string longest(127, 'x');
  EXPECT_EQ(exemplar_with(longest), "{t=\"" + longest + "\"} 1");
  EXPECT_EQ(refused() - before, 0u);
  Registry other;
  const Counter counter = other.counter({.name = "hits_total", .help = "Hits."});
  counter.inc(1, {{"t", longest + "x"}});
  counter.inc(1, {{"t", std::string(100'000, 'x')}});
  counter.inc(1, {{"t", std::string(128, '"')}});
  counter.inc(1, {{"t", longest.substr(2)}, {"tt", ""}});
  EXPECT_EQ(exemplars_of(other), (Shown{{"", "{t=\"" + longest.substr(2) + "\",tt=\"\"} 1"}}));
  EXPECT_EQ(refused() - before, 3u);
  EXPECT_EQ(counter.value(), 4) << "the updates are counted";
}

// Exposition rule 75.
TEST_F(ExemplarTest, HasALimitInCharactersNotInBytes) {
  std::string longest;
  for (int i = 0; i < 127; ++i) longest += "é";
  EXPECT_EQ(exemplar_with(longest), "{t=\"" + longest + "\"} 1");
  std::string quotes(127, '"');
  std::string escaped;
  for (int i = 0; i < 127; ++i) escaped += "\\\"";
  EXPECT_EQ(exemplar_with(quotes), "{t=\"" + escaped + "\"} 1");
}

// Exposition rule 76.
TEST_F(ExemplarTest, IsNotStoredWithoutLabels) {
  const std::uint64_t before = refused();
  hits_.inc(1, {});
  hits_.inc(1, ExemplarLabels());
  registry_.histogram({.name = "size_bytes", .help = "Sizes."}).observe(1, {});
  EXPECT_EQ(exemplars_of(registry_), Shown());
  EXPECT_EQ(refused(), before);
  EXPECT_EQ(hits_.value(), 2);
}

TEST_F(ExemplarTest, IsRejectedForInvalidLabelNames) {
  const std::uint64_t before = refused();
  for (const char* name : {"", "trace.id", "trace:id", "1st", "trace id", "é"}) hits_.inc(1, {{name, "a"}});
  hits_.inc(1, {{"a", "1"}, {"b", "2"}, {"a", "1"}});
  std::vector<ExemplarLabel> many(129);
  hits_.inc(1, many);
  EXPECT_EQ(exemplars_of(registry_), Shown());
  EXPECT_EQ(refused() - before, 8u);
  EXPECT_EQ(hits_.value(), 8);
}

TEST_F(ExemplarTest, ReplacesInvalidUtf8AndEscapes) {
  const std::uint64_t before = detail::totals().replaced_bytes.load();
  EXPECT_EQ(exemplar_with("a\xff\\\n\"z"), "{t=\"a\xEF\xBF\xBD\\\\\\n\\\"z\"} 1");
  EXPECT_EQ(detail::totals().replaced_bytes.load() - before, 1u);
}

// Exposition rule 47: every parser of Prometheus rejects a scrape with NUL in an exemplar.
TEST_F(ExemplarTest, ReplacesNul) {
  const std::uint64_t refused_before = refused();
  const std::uint64_t before = detail::totals().replaced_bytes.load();
  EXPECT_EQ(exemplar_with(std::string_view("\0", 1)), "{t=\"\uFFFD\"} 1");
  EXPECT_EQ(exemplar_with(std::string_view("plain text\0, and more\0", 22)),
            "{t=\"plain text\uFFFD, and more\uFFFD\"} 1");
  EXPECT_EQ(exemplar_with(std::string_view("\xff\0\"\\\u00e9", 6)), "{t=\"\uFFFD\uFFFD\\\"\\\\\u00e9\"} 1");
  EXPECT_EQ(detail::totals().replaced_bytes.load() - before, 5u);
  const std::string longest(127, '\0');
  EXPECT_EQ(exemplar_with(longest).size(), std::string("{t=\"\"} 1").size() + 3 * longest.size());
  EXPECT_EQ(refused(), refused_before);
  registry_.histogram({.name = "h", .help = "H.", .buckets = {1}, .native = {}})
      .observe(0.5, {{"t", std::string_view("\0", 1)}});
  EXPECT_EQ(expose(registry_, {.accept = "application/openmetrics-text"}).body.find('\0'), std::string::npos);
}

TEST_F(ExemplarTest, OfACollectorHasNulReplaced) {
  const LabelText labels = LabelText::of({{"a", std::string("x\0y", 3)}, {"b", std::string("\0", 1)}});
  const Exemplar exemplar{labels, 0.5, {}};
  const Registration registration = registry_.add_scoped(TestCollector("c", [&](Sink& sink) {
    sink.begin_family({.name = "c_total", .help = "C.", .type = MetricType::counter});
    sink.counter({}, {1, {}, &exemplar});
    const std::vector<Bucket> buckets{{1, 1, &exemplar}};
    const std::vector<NativeBucket> positive{{0, 1}};
    const NativeSample native{.positive = positive, .exemplars = {&exemplar, 1}};
    sink.begin_family({.name = "h", .help = "H.", .type = MetricType::histogram});
    sink.histogram({}, {buckets, 1, 0.5, &native, {}});
  }));
  const std::uint64_t before = detail::totals().replaced_bytes.load();
  const std::string shown = "# {a=\"x\uFFFDy\",b=\"\uFFFD\"} 0.5\n";
  EXPECT_EQ(expose(registry_, {.accept = "application/openmetrics-text"}).body,
            "# TYPE c counter\n# HELP c C.\nc_total 1.0 " + shown +
                "# TYPE h histogram\n# HELP h H.\nh_bucket{le=\"1.0\"} 1 " + shown +
                "h_bucket{le=\"+Inf\"} 1\nh_sum 0.5\nh_count 1\n"
                "# TYPE hits counter\n# HELP hits Hits.\nhits_total 0.0\n# EOF\n");
  EXPECT_EQ(detail::totals().replaced_bytes.load() - before, 6u);
}

TEST_F(ExemplarTest, IsNotStoredForARejectedUpdate) {
  hits_.inc(-1, {{"trace_id", "a"}});
  hits_.inc(kNaN, {{"trace_id", "a"}});
  const Histogram sizes = registry_.histogram({.name = "size_bytes", .help = "Sizes."});
  sizes.observe(kNaN, {{"trace_id", "a"}});
  EXPECT_EQ(exemplars_of(registry_), Shown());
  EXPECT_EQ(hits_.value(), 0);
  EXPECT_EQ(sample(to_text(registry_), "size_bytes_count"), 1) << "NaN is observed, without an exemplar";
}

TEST_F(ExemplarTest, IsServedForEachOfManyBuckets) {
  const Histogram sizes =
      registry_.histogram({.name = "size_bytes", .help = "Sizes.", .buckets = linear_buckets(1, 1, 100)});
  const std::string filler(100, 'x');
  Shown expected;
  for (int i = 1; i <= 100; ++i) {
    const std::string id = std::to_string(i) + filler;
    sizes.observe(i, {{"trace_id", id}});
    expected[std::to_string(i)] = "{trace_id=\"" + id + "\"} " + std::to_string(i);
  }
  EXPECT_EQ(exemplars_of(registry_), expected);
}

TEST_F(ExemplarTest, IsIgnoredByDefaultConstructedHandles) {
  Counter().inc(1, {{"trace_id", "a"}});
  Histogram().observe(1, {{"trace_id", "a"}});
  Family<Counter, 1>().labels("a").inc(1, {{"trace_id", "a"}});
}

TEST_F(ExemplarTest, AcceptsLabelsFromAVector) {
  std::vector<ExemplarLabel> labels{{"b", "2"}};
  labels.emplace_back("a", "1");
  EXPECT_EQ(exemplar_with(labels), "{a=\"1\",b=\"2\"} 1");
}

// `{}` without labels is the value 0, not an exemplar.
TEST_F(ExemplarTest, DoesNotChangeUpdatesWithoutLabels) {
  hits_.inc();
  hits_.inc(2);
  const Histogram sizes = registry_.histogram({.name = "size_bytes", .help = "Sizes."});
  sizes.observe(1);
  sizes.observe({});
  EXPECT_EQ(hits_.value(), 3);
  EXPECT_EQ(sample(to_text(registry_), "size_bytes_count"), 2);
  EXPECT_EQ(exemplars_of(registry_), Shown());
}

TEST_F(ExemplarTest, IsRemovedWithItsSeries) {
  const auto family = registry_.counter({.name = "requests_total", .help = "Requests."}, {"what"});
  family.labels("a").inc(1, {{"trace_id", "old"}});
  family.remove("a");
  family.labels("a").inc();
  EXPECT_EQ(exemplars_of(registry_), Shown());
}

// A native histogram has exemplars in addition to those of its classic buckets.
TEST(Exemplars, KeepNativeExemplarsInAscendingOrder) {
  const detail::ExemplarShape shape{.slots = 1, .has_native = true};
  detail::Exemplars exemplars(shape, nullptr);
  EXPECT_TRUE(exemplars.is_empty());
  for (const double value : {3.0, 1.0, 2.0}) {
    exemplars.store(shape, 0, value, std::vector<ExemplarLabel>{{"n", std::to_string(value)}});
  }
  detail::ExemplarCopies copies;
  EXPECT_FALSE(exemplars.copy_to(copies));
  EXPECT_EQ(shown(copies.at(0)), "{n=\"2.000000\"} 2");
  EXPECT_EQ(copies.at(1), nullptr);
  std::vector<std::string> native;
  for (const Exemplar& one : copies.native()) native.push_back(shown(&one));
  EXPECT_EQ(native, (std::vector<std::string>{"{n=\"1.000000\"} 1", "{n=\"2.000000\"} 2", "{n=\"3.000000\"} 3"}));
}

}  // namespace
}  // namespace narthex
