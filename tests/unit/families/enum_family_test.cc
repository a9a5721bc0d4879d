// Families with closed labels.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/enum_family.h>
#include <narthex/narthex.h>

#include "support/error_message.h"
#include "support/manual_clock.h"
#include "support/rejected_updates.h"
#include "support/test_collector.h"

namespace narthex {
namespace {

enum class Method { get, put, post };
std::string_view to_string(Method method) {
  constexpr std::array<std::string_view, 3> kTexts{"GET", "PUT", "POST"};
  return kTexts.at(static_cast<std::size_t>(method));
}

enum class Code : signed char { ok, not_found, error, teapot };
std::string to_string(Code code) { return std::array{"200", "404", "500", "418"}.at(static_cast<std::size_t>(code)); }

const CounterOptions kOptions{.name = "hits_total", .help = "Hits."};
const std::string kHead = "# HELP hits_total Hits.\n# TYPE hits_total counter\n";

class EnumFamilyTest : public testing::Test {
 protected:
  // Returns only the samples.
  std::string samples() const {
    const std::string text = to_text(registry_);
    return text.empty() ? text : text.substr(kHead.size());
  }

  std::vector<std::string> lines_;
  Registry registry_{{.diagnostic = [this](std::string_view line) { lines_.emplace_back(line); }}};
  EnumFamily<Counter, Method, Code> hits_ =
      registry_.counter(kOptions, enum_label<Method, 3>("method"), enum_label<Code, 4>("code"));
};

TEST_F(EnumFamilyTest, ServesASeriesFromItsFirstUse) {
  EXPECT_EQ(samples(), "");
  hits_.at(Method::post, Code::teapot).inc(2);
  hits_.at(Method::get, Code::ok).inc();
  hits_.at(Method::get, Code::error);
  hits_.at(Method::get, Code::ok).inc();
  EXPECT_EQ(samples(),
            "hits_total{code=\"418\",method=\"POST\"} 2\n"
            "hits_total{code=\"200\",method=\"GET\"} 2\n"
            "hits_total{code=\"500\",method=\"GET\"} 0\n");
}

TEST_F(EnumFamilyTest, HasADifferentSeriesForEachCombination) {
  double amount = 1;
  std::string expected;
  for (const Method method : {Method::get, Method::put, Method::post}) {
    for (const Code code : {Code::ok, Code::not_found, Code::error, Code::teapot}) {
      hits_.at(method, code).inc(amount);
      expected += "hits_total{code=\"" + to_string(code) + "\",method=\"" + std::string(to_string(method)) + "\"} " +
                  std::to_string(static_cast<int>(amount)) + "\n";
      amount += 1;
    }
  }
  EXPECT_EQ(samples(), expected);
}

TEST_F(EnumFamilyTest, CountsKeysWithoutAValueInTheOverflowSeries) {
  hits_.at(static_cast<Method>(3), Code::ok).inc();
  hits_.at(Method::get, static_cast<Code>(-1)).inc();
  hits_.at(static_cast<Method>(-1), static_cast<Code>(4)).inc();
  EXPECT_EQ(samples(), "hits_total{code=\"__overflow__\",method=\"__overflow__\"} 3\n");
  EXPECT_EQ(lines_, std::vector<std::string>{
                        "counter 'hits_total': a key is not below the number of values of its label; such updates are "
                        "counted in the series labelled '__overflow__'"});
  registry_.add(LibraryCollector(registry_));
  EXPECT_NE(to_text(registry_).find("narthex_series_overflowed_total{family=\"hits_total\"} 3\n"), std::string::npos);
}

TEST_F(EnumFamilyTest, HidesARemovedSeriesUntilItsNextUse) {
  const MetricRef<Counter> found = hits_.at(Method::get, Code::ok);
  const Counter kept = found;
  found.inc();
  EXPECT_TRUE(hits_.remove(Method::get, Code::ok));
  EXPECT_FALSE(hits_.remove(Method::get, Code::ok));
  EXPECT_FALSE(hits_.remove(Method::put, Code::ok));
  EXPECT_FALSE(hits_.remove(static_cast<Method>(7), Code::ok));
  EXPECT_EQ(samples(), "");
  found.inc();
  kept.inc();
  EXPECT_EQ(samples(), "") << "an update through a handle is not a use";
  hits_.at(Method::get, Code::ok).inc();
  EXPECT_EQ(samples(), "hits_total{code=\"200\",method=\"GET\"} 4\n") << "a counter must not decrease";
}

TEST_F(EnumFamilyTest, ClearsAllSeriesAndTheOverflowSeries) {
  for (int round = 0; round < 3; ++round) {
    hits_.at(Method::get, Code::ok).inc();
    hits_.at(Method::put, Code::ok).inc();
    hits_.at(static_cast<Method>(3), Code::ok).inc();
    EXPECT_EQ(hits_.clear(), 3);
    EXPECT_EQ(hits_.clear(), 0);
    EXPECT_EQ(samples(), "");
  }
  hits_.at(static_cast<Method>(3), Code::ok).inc();
  hits_.at(Method::put, Code::ok).inc();
  EXPECT_EQ(samples(),
            "hits_total{code=\"200\",method=\"PUT\"} 4\n"
            "hits_total{code=\"__overflow__\",method=\"__overflow__\"} 4\n");
}

TEST_F(EnumFamilyTest, RemovesTheSeriesThatMatchLabels) {
  for (const Method method : {Method::get, Method::put, static_cast<Method>(3)}) {
    hits_.at(method, Code::ok).inc();
    hits_.at(method, Code::error).inc();
  }
  EXPECT_EQ(hits_.remove_matching({{"method", "GET"}}), 2);
  EXPECT_EQ(hits_.remove_matching({{"code", "500"}}), 1);
  EXPECT_EQ(hits_.remove_matching({{"code", "__overflow__"}}), 1);
  EXPECT_EQ(samples(), "hits_total{code=\"200\",method=\"PUT\"} 1\n");
  EXPECT_EQ(error_message([&] {
              hits_.remove_matching({{"host", "a"}});
            }),
            "counter 'hits_total': the family has no label 'host'; allowed: method, code");
}

TEST_F(EnumFamilyTest, EscapesValuesAndKeepsConstantLabels) {
  CounterOptions options{.name = "b_total", .help = "B.", .labels = {{"zone", "z"}}};
  registry_.counter(options, text_label<"a\"b", "c\nd", "">("text")).at(1).inc();
  registry_.counter(options, text_label<"a\"b", "c\nd", "">("text")).at(0).inc();
  registry_.counter(options, text_label<"a\"b", "c\nd", "">("text")).at(2).inc();
  EXPECT_EQ(to_text(registry_),
            "# HELP b_total B.\n# TYPE b_total counter\n"
            "b_total{text=\"c\\nd\",zone=\"z\"} 1\n"
            "b_total{text=\"a\\\"b\",zone=\"z\"} 1\n"
            "b_total{text=\"\",zone=\"z\"} 1\n");
}

TEST_F(EnumFamilyTest, MixesEnumsWithTextsByIndex) {
  const EnumFamily<Counter, std::size_t, Method> family =
      registry_.counter({.name = "b_total", .help = "B."}, text_label<"in", "out">("way"), enum_label<Method, 2>("by"));
  family.at(0, Method::put).inc();
  family.at(1, Method::get).inc(2);
  family.at(2, Method::get).inc(3);
  family.at(1, Method::post).inc(4);
  EXPECT_EQ(to_text(registry_),
            "# HELP b_total B.\n# TYPE b_total counter\n"
            "b_total{by=\"PUT\",way=\"in\"} 1\n"
            "b_total{by=\"GET\",way=\"out\"} 2\n"
            "b_total{by=\"__overflow__\",way=\"__overflow__\"} 7\n");
}

TEST_F(EnumFamilyTest, TakesTextsThatAreKnownAtRunTime) {
  const std::vector<std::string> names{"b", "a"};
  const ClosedLabel<Method> label("shard", names);
  EXPECT_EQ(label.name(), "shard");
  EXPECT_EQ(label.values(), names);
  registry_.gauge({.name = "size", .help = "Size."}, label).at(Method::put).set(3);
  EXPECT_EQ(to_text(registry_), "# HELP size Size.\n# TYPE size gauge\nsize{shard=\"a\"} 3\n");
}

TEST_F(EnumFamilyTest, HasMetricsOfEveryKind) {
  const auto label = text_label<"a", "b">("x");
  Registry registry;
  registry.counter({.name = "a_total", .help = "A."}, label).at(1).inc();
  const EnumFamily<Gauge, std::size_t> gauges = registry.gauge({.name = "b", .help = "B."}, label);
  gauges.at(1).set(2);
  gauges.at(1).dec();
  const EnumFamily<Histogram, std::size_t> histograms =
      registry.histogram({.name = "c", .help = "C.", .buckets = {1}}, label);
  histograms.at(0).observe(0.5);
  histograms.at(0).observe(2, {{"trace_id", "a"}});
  registry.info({.name = "d_info", .help = "D."}, label).at(0);
  registry.state_set({.name = "e", .help = "E.", .states = {"on"}}, label).at(0).set("on");
  registry.summary({.name = "f", .help = "F."}, label).at(0).observe(3);
  registry.unknown({.name = "g", .help = "G."}, label).at(0).set(4);
  EXPECT_EQ(to_text(registry),
            "# HELP a_total A.\n# TYPE a_total counter\na_total{x=\"b\"} 1\n"
            "# HELP b B.\n# TYPE b gauge\nb{x=\"b\"} 1\n"
            "# HELP c C.\n# TYPE c histogram\nc_bucket{x=\"a\",le=\"1\"} 1\nc_bucket{x=\"a\",le=\"+Inf\"} 2\n"
            "c_sum{x=\"a\"} 2.5\nc_count{x=\"a\"} 2\n"
            "# HELP d_info D.\n# TYPE d_info gauge\nd_info{x=\"a\"} 1\n"
            "# HELP e E.\n# TYPE e gauge\ne{x=\"a\",e=\"on\"} 1\n"
            "# HELP f F.\n# TYPE f summary\nf_sum{x=\"a\"} 3\nf_count{x=\"a\"} 1\n"
            "# HELP g G.\n# TYPE g untyped\ng{x=\"a\"} 4\n");
}

TEST_F(EnumFamilyTest, IsTheSameFamilyInAnEqualDefinition) {
  const EnumFamily<Counter, Method, Code> again =
      registry_.counter(kOptions, enum_label<Method, 3>("method"), enum_label<Code, 4>("code"));
  again.at(Method::get, Code::ok).inc();
  hits_.at(Method::get, Code::ok).inc();
  EXPECT_EQ(samples(), "hits_total{code=\"200\",method=\"GET\"} 2\n");
  EXPECT_TRUE(again.remove(Method::get, Code::ok));
  hits_.at(Method::get, Code::ok).inc();
  EXPECT_EQ(again.at(Method::get, Code::ok).value(), 3);
}

TEST_F(EnumFamilyTest, DiffersFromAFamilyWithOtherValues) {
  const auto define = [&](const auto& method) {
    return error_message([&] { registry_.counter(kOptions, method, enum_label<Code, 4>("code")); });
  };
  const std::string start =
      "counter 'hits_total': an earlier definition is different; earlier: counter with help 'Hits.', labels (method "
      "from 'GET, PUT, POST', code from '200, 404, 500, 418'); now: counter with help 'Hits.', labels (";
  EXPECT_EQ(define(enum_label<Method, 2>("method")), start + "method from 'GET, PUT', code from '200, 404, 500, 418')");
  EXPECT_EQ(define(text_label<"GET", "POST", "PUT">("method")),
            start + "method from 'GET, POST, PUT', code from '200, 404, 500, 418')");
  EXPECT_EQ(error_message([&] { registry_.counter(kOptions, {"method", "code"}); }), start + "method, code)");
}

TEST_F(EnumFamilyTest, RejectsValuesThatCannotBeServed) {
  const auto define = [&](std::vector<std::string> values) {
    return error_message([&] {
      registry_.counter({.name = "b_total", .help = "B."}, ClosedLabel<std::size_t>("x", std::move(values)));
    });
  };
  EXPECT_EQ(define({}), "counter 'b_total': label 'x': it has no values; allowed: one or more");
  EXPECT_EQ(define({"b", "a", "b"}),
            "counter 'b_total': label 'x': the value 'b' appears twice; each key needs a value of its own");
  EXPECT_EQ(define({"b", "\xff"}), "counter 'b_total': label 'x': the value '\\xff' must be UTF-8");
  EXPECT_EQ(define({"__overflow__"}),
            "counter 'b_total': label 'x': the value '__overflow__' is reserved; use another text");
  EXPECT_EQ(to_text(registry_), "");
}

TEST_F(EnumFamilyTest, RejectsMoreCombinationsThanMaxSeries) {
  const auto define = [&](std::size_t max_series) {
    return registry_.counter({.name = "b_total", .help = "B.", .max_series = max_series},
                             enum_label<Method, 3>("method"), enum_label<Code, 4>("code"));
  };
  EXPECT_EQ(
      error_message([&] { define(11); }),
      "counter 'b_total': the closed labels (method, code) have 3 x 4 combinations of values; allowed: at most 11 "
      "(max_series)");
  define(12).at(Method::get, Code::ok).inc();
  EXPECT_EQ(to_text(registry_), "# HELP b_total B.\n# TYPE b_total counter\nb_total{code=\"200\",method=\"GET\"} 1\n");
}

TEST_F(EnumFamilyTest, RejectsMoreCombinationsThanAnArrayMayHave) {
  std::vector<std::string> values(257);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::to_string(i);
  const ClosedLabel<std::size_t> a("a", values);
  const ClosedLabel<std::size_t> b("b", values);
  const ClosedLabel<std::size_t> c("c", values);
  EXPECT_EQ(error_message([&] { registry_.counter({.name = "b_total", .help = "B.", .max_series = 0}, a, b, c); }),
            "counter 'b_total': the closed labels (a, b, c) have 257 x 257 x 257 combinations of values; allowed: at "
            "most 16777216");
}

TEST_F(EnumFamilyTest, SharesMaxSeriesWithItsSiblings) {
  const auto define = [&](const std::string& zone) {
    return registry_.counter({.name = "b_total", .help = "B.", .labels = {{"zone", zone}}, .max_series = 3},
                             text_label<"a", "b">("x"));
  };
  const auto one = define("1");
  const auto two = define("2");
  for (int round = 0; round < 3; ++round) {
    one.at(0).inc();
    one.at(1).inc();
    two.at(0).inc();
    two.at(1).inc();
  }
  const std::string head = "# HELP b_total B.\n# TYPE b_total counter\n";
  EXPECT_EQ(to_text(registry_), head +
                                    "b_total{x=\"a\",zone=\"1\"} 3\n"
                                    "b_total{x=\"b\",zone=\"1\"} 3\n"
                                    "b_total{x=\"a\",zone=\"2\"} 3\n"
                                    "b_total{x=\"__overflow__\",zone=\"2\"} 3\n");
  EXPECT_EQ(lines_, std::vector<std::string>{
                        "counter 'b_total': the family has its maximum of series (max_series); such updates are "
                        "counted in the series labelled '__overflow__'"});
  EXPECT_TRUE(one.remove(0));
  two.at(1).inc();
  one.at(0).inc();
  EXPECT_EQ(to_text(registry_), head +
                                    "b_total{x=\"b\",zone=\"1\"} 3\n"
                                    "b_total{x=\"__overflow__\",zone=\"1\"} 1\n"
                                    "b_total{x=\"a\",zone=\"2\"} 3\n"
                                    "b_total{x=\"b\",zone=\"2\"} 1\n"
                                    "b_total{x=\"__overflow__\",zone=\"2\"} 3\n");
}

TEST_F(EnumFamilyTest, CountsInTheOverflowSiblingBeyondMaxSeries) {
  const auto define = [&](const std::string& zone) {
    return registry_.counter({.name = "b_total", .help = "B.", .labels = {{"zone", zone}}, .max_series = 2},
                             text_label<"a", "b">("x"));
  };
  define("1").at(0).inc();
  define("2").at(0).inc();
  define("3").at(0).inc();
  define("4").at(1).inc();
  EXPECT_EQ(to_text(registry_),
            "# HELP b_total B.\n# TYPE b_total counter\n"
            "b_total{x=\"a\",zone=\"1\"} 1\n"
            "b_total{x=\"a\",zone=\"2\"} 1\n"
            "b_total{x=\"__overflow__\",zone=\"__overflow__\"} 2\n");
}

TEST_F(EnumFamilyTest, DoesNotExpire) {
  ManualClock clock;
  const auto family = registry_.counter({.name = "b_total", .help = "B.", .idle_timeout = std::chrono::milliseconds(1)},
                                        text_label<"a", "b">("x"));
  family.at(0).inc();
  for (int i = 0; i < 3; ++i) {
    clock.advance(std::chrono::hours(1));
    EXPECT_EQ(to_text(registry_), "# HELP b_total B.\n# TYPE b_total counter\nb_total{x=\"a\"} 1\n");
  }
}

TEST_F(EnumFamilyTest, StaysUsableAfterItsRegistry) {
  auto registry = std::make_optional<Registry>(RegistryOptions{.diagnostic = [](std::string_view) {}});
  const auto family = registry->counter(kOptions, enum_label<Method, 3>("method"));
  const MetricRef<Counter> found = family.at(Method::get);
  found.inc();
  EXPECT_TRUE(registry->remove(family));
  registry.reset();
  found.inc();
  family.at(Method::get).inc();
  family.at(Method::put).inc();
  family.at(static_cast<Method>(9)).inc();
  EXPECT_EQ(family.at(Method::get).value(), 3);
  EXPECT_TRUE(family.remove(Method::put));
  EXPECT_EQ(family.clear(), 2);
}

TEST_F(EnumFamilyTest, ConvertsAResultToAHandleThatMayBeStored) {
  std::optional<Counter> kept;
  std::optional<Counter> of_temporary;
  {
    Registry registry;
    const auto family = registry.counter(kOptions, enum_label<Method, 3>("method"));
    kept = family.at(Method::get);
    of_temporary = registry.counter(kOptions, enum_label<Method, 3>("method")).at(Method::get);
    auto copy = family.at(Method::get);
    copy = family.at(Method::put);
    copy.inc(5);
  }
  kept->inc();
  of_temporary->inc();
  EXPECT_EQ(kept->value(), 2);
}

TEST_F(EnumFamilyTest, ReturnsMetricsForTimersAndOperationsInFlight) {
  const auto label = text_label<"a">("x");
  const auto gauges = registry_.gauge({.name = "b", .help = "B."}, label);
  const auto histograms = registry_.histogram({.name = "c", .help = "C.", .buckets = {1e9}}, label);
  {
    const InFlight in_flight(gauges.at(0));
    const Timer timer(histograms.at(0));
    EXPECT_EQ(gauges.at(0).value(), 1);
  }
  EXPECT_EQ(gauges.at(0).value(), 0);
  EXPECT_EQ(lines_with(to_text(registry_), "c_count"), "c_count{x=\"a\"} 1\n");
}

TEST_F(EnumFamilyTest, MovesByCopying) {
  EnumFamily<Counter, Method, Code> other = std::move(hits_);  // NOLINT(performance-move-const-arg): the subject
  other.at(Method::get, Code::ok).inc();
  other = {};
  other.at(Method::get, Code::ok).inc();
  hits_.at(Method::get, Code::ok).inc();  // NOLINT(bugprone-use-after-move): a move copies
  EXPECT_EQ(samples(), "hits_total{code=\"200\",method=\"GET\"} 2\n");
}

TEST_F(EnumFamilyTest, DoesNothingByDefault) {
  const EnumFamily<Counter, Method> none;
  none.at(Method::get).inc();
  none.at(static_cast<Method>(9)).inc();
  EXPECT_EQ(none.at(Method::get).value(), 0);
  EXPECT_FALSE(none.remove(Method::get));
  EXPECT_EQ(none.clear(), 0);
  const MetricRef<Gauge> nothing;
  nothing.set(1);
  EXPECT_EQ(Gauge(nothing).value(), 0);
}

enum class Counted { a, b };
int texts_of_counted = 0;
std::string_view to_string(Counted value) {
  ++texts_of_counted;
  return value == Counted::a ? "a" : "b";
}

TEST_F(EnumFamilyTest, CallsToStringOnlyForTheDefinition) {
  const auto family = registry_.counter({.name = "b_total", .help = "B."}, enum_label<Counted, 2>("x"));
  EXPECT_EQ(texts_of_counted, 2);
  family.at(Counted::b).inc();
  family.remove(Counted::b);
  family.at(Counted::b).inc();
  EXPECT_EQ(texts_of_counted, 2);
  EXPECT_EQ(to_text(registry_), "# HELP b_total B.\n# TYPE b_total counter\nb_total{x=\"b\"} 2\n");
}

TEST_F(EnumFamilyTest, CountsRejectedUpdates) {
  const std::uint64_t before = rejected_updates_of("hits_total");
  hits_.at(Method::get, Code::ok).inc(-1);
  hits_.at(static_cast<Method>(9), Code::ok).inc(-1);
  EXPECT_EQ(rejected_updates_of("hits_total"), before + 2);
}

TEST_F(EnumFamilyTest, PassesExceptionsOfToStringToTheDefinition) {
  EXPECT_THROW(static_cast<void>(enum_label<Method, 4>("method")), std::out_of_range);
}

}  // namespace
}  // namespace narthex
