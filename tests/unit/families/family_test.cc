#include <array>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <limits>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/family.h>
#include <narthex/narthex.h>

#include "base/totals.h"

namespace narthex {
namespace {

enum class Shape { round, square };
std::string to_string(Shape shape) { return shape == Shape::round ? "round" : "square"; }

enum Level { low = 1 };
const char* to_string(Level level) { return level == low ? "low" : nullptr; }

const std::string kHead = "# HELP hits_total Hits.\n# TYPE hits_total counter\n";

class FamilyTest : public testing::Test {
 protected:
  // Returns only the samples.
  std::string samples() const {
    const std::string text = to_text(registry_);
    return text.empty() ? text : text.substr(kHead.size());
  }

  Registry registry_;
  Family<Counter, 1> hits_ = registry_.counter({.name = "hits_total", .help = "Hits."}, {"what"});
};

TEST_F(FamilyTest, TakesItsLabelNamesFromBracesArraysAndRanges) {
  constexpr std::array kPointers{"x", "y"};
  constexpr std::array<std::string_view, 2> kViews{"x", "y"};
  static constexpr const char* const kNames[] = {"x", "y"};
  const std::vector<std::string> texts = {"x", "y"};
  const CounterOptions options = {.name = "hits_total", .help = "Hits.", .labels = {{"a", "b"}}};
  Registry registry;
  const Family<Counter, 2> families[] = {
      registry.counter(options, {"x", "y"}),
      registry.counter(options, {kViews[0], kViews[1]}),
      registry.counter(options, {texts[0], texts[1]}),
      registry.counter(options, kNames),
      registry.counter(options, kPointers),
      registry.counter(options, kViews),
      registry.counter(options, std::span(kViews)),
      registry.counter(options, std::span<const std::string, 2>(texts)),
  };
  for (const auto& family : families) family.labels(1, 2).inc();
  const DynamicFamily<Counter> dynamic_families[] = {
      registry.counter(options, texts),
      registry.counter(options, std::span(texts)),
      registry.counter(options, std::vector<const char*>{"x", "y"}),
      registry.counter(options, std::set<std::string_view>{"x", "y"}),
      registry.counter(options, std::initializer_list<const char*>{"x", "y"}),
  };
  for (const auto& family : dynamic_families) family.labels({"1", "2"}).inc();
  EXPECT_EQ(to_text(registry), kHead + "hits_total{a=\"b\",x=\"1\",y=\"2\"} 13\n");
}

TEST_F(FamilyTest, TakesTheLabelNamesOfAFunctionFromBracesAndArrays) {
  constexpr std::array<std::string_view, 2> kViews{"x", "y"};
  const char* const names[] = {"x", "y"};
  const auto emit_one = [](const auto& emit) { emit(1, "a", 2); };
  Registry registry;
  registry.counter_function({.name = "a_total", .help = "A."}, {"x", "y"}, emit_one).keep();
  registry.counter_function({.name = "b_total", .help = "B."}, kViews, emit_one).keep();
  registry.gauge_function({.name = "c", .help = "C."}, names, emit_one).keep();
  registry.gauge_function({.name = "d", .help = "D."}, std::span(kViews), emit_one).keep();
  EXPECT_EQ(to_text(registry),
            "# HELP a_total A.\n# TYPE a_total counter\na_total{x=\"a\",y=\"2\"} 1\n"
            "# HELP b_total B.\n# TYPE b_total counter\nb_total{x=\"a\",y=\"2\"} 1\n"
            "# HELP c C.\n# TYPE c gauge\nc{x=\"a\",y=\"2\"} 1\n"
            "# HELP d D.\n# TYPE d gauge\nd{x=\"a\",y=\"2\"} 1\n");
}

TEST_F(FamilyTest, IsNotServedBeforeItsFirstMetric) { EXPECT_EQ(to_text(registry_), ""); }

TEST_F(FamilyTest, ServesAMetricFromItsFirstLookup) {
  hits_.labels("a");
  EXPECT_EQ(to_text(registry_), kHead + "hits_total{what=\"a\"} 0\n");
}

TEST_F(FamilyTest, TheSameLabelValuesReturnTheSameMetric) {
  hits_.labels("a").inc();
  const Counter kept = hits_.labels(std::string("a"));
  kept.inc(2);
  auto found = hits_.labels(std::string_view("a"));
  found.inc(3);
  EXPECT_EQ(kept.value(), 6);
  EXPECT_EQ(samples(), "hits_total{what=\"a\"} 6\n");
}

// Exposition rule 53, decided otherwise: the series of a family are served in the order of their creation.
TEST_F(FamilyTest, ServesItsMetricsInTheOrderOfCreation) {
  for (const int code : {200, 1000, 20}) hits_.labels(code).inc();
  EXPECT_EQ(samples(), "hits_total{what=\"200\"} 1\nhits_total{what=\"1000\"} 1\nhits_total{what=\"20\"} 1\n");
}

TEST_F(FamilyTest, AcceptsStringsIntegersBoolsAndEnums) {
  char text[8] = "array";
  const std::string owned = "string";
  const char* pointer = "pointer";
  hits_.labels("literal").inc();
  hits_.labels(text).inc();
  hits_.labels(owned).inc();
  hits_.labels(pointer).inc();
  hits_.labels(-7).inc();
  hits_.labels(std::int8_t{65}).inc();
  hits_.labels(std::numeric_limits<std::int64_t>::min()).inc();
  hits_.labels(std::numeric_limits<std::uint64_t>::max()).inc();
  hits_.labels(true).inc();
  hits_.labels(Shape::square).inc();
  hits_.labels(low).inc();
  EXPECT_EQ(samples(),
            "hits_total{what=\"literal\"} 1\nhits_total{what=\"array\"} 1\nhits_total{what=\"string\"} 1\n"
            "hits_total{what=\"pointer\"} 1\nhits_total{what=\"-7\"} 1\nhits_total{what=\"65\"} 1\n"
            "hits_total{what=\"-9223372036854775808\"} 1\nhits_total{what=\"18446744073709551615\"} 1\n"
            "hits_total{what=\"true\"} 1\nhits_total{what=\"square\"} 1\nhits_total{what=\"low\"} 1\n");
}

TEST_F(FamilyTest, AnIntegerAndItsDigitsAreTheSameMetric) {
  hits_.labels(200).inc();
  hits_.labels("200").inc();
  EXPECT_EQ(samples(), "hits_total{what=\"200\"} 2\n");
}

TEST_F(FamilyTest, TreatsANullPointerAsEmptyText) {
  const char* unset = std::getenv("NARTHEX_SURELY_UNSET");
  hits_.labels(unset).inc();
  hits_.labels(static_cast<Level>(0)).inc();  // its to_string returns null
  EXPECT_EQ(samples(), "hits_total{what=\"\"} 2\n");
}

// Exposition rule 48, decided otherwise: a label value that comes from a request must not cause an exception.
TEST_F(FamilyTest, ReplacesInvalidUtf8AndCountsTheBytes) {
  const auto before = detail::totals().replaced_bytes.load();
  hits_.labels("a\xff\xfe").inc();
  EXPECT_EQ(samples(), "hits_total{what=\"a\uFFFD\uFFFD\"} 1\n");
  EXPECT_EQ(detail::totals().replaced_bytes.load() - before, 2u);
  EXPECT_TRUE(hits_.remove("a\xff\xfe"));
}

TEST_F(FamilyTest, EscapesValues) {
  hits_.labels("a\\b\"c\nd").inc();
  EXPECT_EQ(samples(), "hits_total{what=\"a\\\\b\\\"c\\nd\"} 1\n");
}

TEST_F(FamilyTest, AcceptsValuesOfAnyLength) {
  const std::string huge(1 << 20, 'x');
  hits_.labels(huge).inc();
  hits_.labels(huge).inc();
  EXPECT_EQ(samples(), "hits_total{what=\"" + huge + "\"} 2\n");
}

TEST_F(FamilyTest, ValuesThatJoinToTheSameTextAreDifferentMetrics) {
  const auto pairs = registry_.counter({.name = "pairs_total", .help = "Pairs."}, {"a", "b"});
  pairs.labels("x", "yz").inc(1);
  pairs.labels("xy", "z").inc(2);
  pairs.labels("", "xyz").inc(3);
  pairs.labels("1:x", "").inc(4);
  EXPECT_EQ(pairs.labels("x", "yz").value(), 1);
  EXPECT_EQ(pairs.labels("xy", "z").value(), 2);
  EXPECT_EQ(pairs.labels("", "xyz").value(), 3);
  EXPECT_EQ(pairs.labels("1:x", "").value(), 4);
}

// Exposition rule 54: variable and constant labels are merged and sorted by name.
TEST_F(FamilyTest, SortsConstantAndVariableLabelsTogether) {
  const auto family = registry_.gauge({.name = "g", .help = "G.", .labels = {{"m", "1"}, {"b", "2"}}}, {"z", "a"});
  family.labels("3", "4").set(5);
  EXPECT_EQ(to_text(registry_), "# HELP g G.\n# TYPE g gauge\ng{a=\"4\",b=\"2\",m=\"1\",z=\"3\"} 5\n");
}

TEST_F(FamilyTest, RemoveStopsServingAMetric) {
  hits_.labels("a").inc();
  hits_.labels("b").inc();
  EXPECT_TRUE(hits_.remove("a"));
  EXPECT_FALSE(hits_.remove("a"));
  EXPECT_EQ(samples(), "hits_total{what=\"b\"} 1\n");
  hits_.remove("b");
  EXPECT_EQ(to_text(registry_), "");
}

TEST_F(FamilyTest, AHandleStaysValidAfterRemovalAndIsNotServed) {
  const Counter kept = hits_.labels("a");
  kept.inc(5);
  hits_.remove("a");
  kept.inc();
  EXPECT_EQ(kept.value(), 6);
  hits_.labels("a").inc();
  kept.inc();
  EXPECT_EQ(samples(), "hits_total{what=\"a\"} 1\n");
}

TEST_F(FamilyTest, AllHandlesStayValidAfterTheRegistry) {
  auto registry = std::make_optional<Registry>();
  const Counter counter = registry->counter({.name = "c_total", .help = "C."});
  const Histogram histogram = registry->histogram({.name = "h", .help = "H."});
  const Gauge gauge = registry->gauge({.name = "g", .help = "G."});
  const auto family = registry->counter({.name = "f_total", .help = "F."}, {"a"});
  const auto histograms = registry->histogram({.name = "hs", .help = "H."}, {"a"});
  const Counter member = family.labels("x");
  registry.reset();
  counter.inc();
  histogram.observe(1);
  gauge.set(2);
  member.inc();
  family.labels("x").inc();
  family.labels("y").inc();
  histograms.labels("y").observe(1);
  EXPECT_TRUE(family.remove("y"));
  EXPECT_EQ(counter.value(), 1);
  EXPECT_EQ(gauge.value(), 2);
  EXPECT_EQ(member.value(), 2);
}

TEST_F(FamilyTest, ADefaultFamilyReturnsMetricsThatDoNothing) {
  const Family<Counter, 2> none;
  none.labels("a", 1).inc();
  EXPECT_EQ(none.labels("a", 1).value(), 0);
  EXPECT_FALSE(none.remove("a", 1));
}

TEST_F(FamilyTest, WorksForEveryKind) {
  const auto gauges = registry_.gauge({.name = "g", .help = "G."}, {"a"});
  const auto histograms = registry_.histogram({.name = "h", .help = "H.", .buckets = {1}}, {"a"});
  gauges.labels("x").set(1);
  histograms.labels("x").observe(2);
  EXPECT_EQ(to_text(registry_),
            "# HELP g G.\n# TYPE g gauge\ng{a=\"x\"} 1\n"
            "# HELP h H.\n# TYPE h histogram\n"
            "h_bucket{a=\"x\",le=\"1\"} 0\nh_bucket{a=\"x\",le=\"+Inf\"} 1\nh_sum{a=\"x\"} 2\nh_count{a=\"x\"} 1\n");
}

}  // namespace
}  // namespace narthex
