// Definitions of one name that differ in the values of their constant labels.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "support/error_message.h"
#include "support/sample.h"
#include "support/test_collector.h"

namespace narthex {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class SiblingsTest : public testing::Test {
 protected:
  Counter counter(const std::string& zone, std::size_t max_series = 0) const {
    return registry_.counter(
        {.name = "hits_total", .help = "Hits.", .labels = {{"zone", zone}}, .max_series = max_series});
  }
  Family<Counter, 1> family(const std::string& zone, std::size_t max_series = 0) const {
    return registry_.counter(
        {.name = "hits_total", .help = "Hits.", .labels = {{"zone", zone}}, .max_series = max_series}, {"code"});
  }
  Registration function(const std::string& zone, double value, std::size_t max_series = 0) const {
    return registry_.counter_function(
        {.name = "hits_total", .help = "Hits.", .labels = {{"zone", zone}}, .max_series = max_series},
        [value] { return value; });
  }
  std::string served() const { return lines_with(to_text(registry_), "hits_total"); }
  std::string overflows() const {
    Registry numbers;
    numbers.add(LibraryCollector(registry_));
    return lines_with(to_text(numbers), "narthex_series_overflowed_total");
  }

  std::vector<std::string> lines_;
  Registry registry_{
      {.labels = {{"host", "h"}}, .diagnostic = [this](std::string_view line) { lines_.emplace_back(line); }}};
};

// With a comparison of each definition with all earlier ones, this takes minutes.
TEST_F(SiblingsTest, AreFoundByTheirConstantLabels) {
  constexpr int kSiblings = 20'000;
  for (const double amount : {1, 2}) {
    for (int i = 0; i < kSiblings; ++i) counter(std::to_string(i)).inc(amount);
  }
  std::string expected;
  for (int i = 0; i < kSiblings; ++i) expected += "hits_total{host=\"h\",zone=\"" + std::to_string(i) + "\"} 3\n";
  EXPECT_EQ(served(), expected);
}

TEST_F(SiblingsTest, AreRemovedOneByOne) {
  constexpr int kSiblings = 20'000;
  std::vector<Family<Counter, 1>> all;
  for (int i = 0; i < kSiblings; ++i) all.push_back(family(std::to_string(i)));
  for (const auto& one : all) one.labels(200).inc();
  for (int i = kSiblings - 1; i >= 0; --i) {
    if (i % 10'000 == 1) continue;
    EXPECT_TRUE(registry_.remove(all[static_cast<std::size_t>(i)])) << i;
  }
  EXPECT_FALSE(registry_.remove(all[0]));
  EXPECT_EQ(served(),
            "hits_total{code=\"200\",host=\"h\",zone=\"1\"} 1\nhits_total{code=\"200\",host=\"h\",zone=\"10001\"} 1\n");
}

TEST_F(SiblingsTest, AreIdentifiedByNamesAndValues) {
  const auto define = [&](const char* a, const char* b) {
    return registry_.gauge({.name = "level", .help = "L.", .labels = {{"a", a}, {"b", b}}});
  };
  define("x", "y\",b=\"z").set(1);
  define("x\",b=\"y", "z").set(2);
  define("", "x").set(3);
  define("x", "").set(4);
  define("x\\", "\n").set(5);
  registry_.gauge({.name = "level", .help = "L.", .labels = {{"b", "\n"}, {"a", "x\\"}}}).inc();
  EXPECT_EQ(lines_with(to_text(registry_), "level"),
            "level{a=\"x\",b=\"y\\\",b=\\\"z\",host=\"h\"} 1\n"
            "level{a=\"x\\\",b=\\\"y\",b=\"z\",host=\"h\"} 2\n"
            "level{a=\"\",b=\"x\",host=\"h\"} 3\n"
            "level{a=\"x\",b=\"\",host=\"h\"} 4\n"
            "level{a=\"x\\\\\",b=\"\\n\",host=\"h\"} 6\n");
}

// The limit.

constexpr const char* kFull =
    "counter 'hits_total': the family has its maximum of 2 series (max_series); further label values are counted in "
    "one series labelled '__overflow__'; check whether a label takes its values from untrusted clients";

TEST_F(SiblingsTest, BeyondMaxSeriesShareOneSeries) {
  for (const double amount : {1, 10}) {
    for (const char* zone : {"a", "b", "c", "d"}) counter(zone, 2).inc(amount);
  }
  EXPECT_EQ(served(),
            "hits_total{host=\"h\",zone=\"a\"} 11\n"
            "hits_total{host=\"h\",zone=\"b\"} 11\n"
            "hits_total{host=\"h\",zone=\"__overflow__\"} 22\n");
  EXPECT_THAT(lines_, ElementsAre(kFull));
  EXPECT_EQ(overflows(), "narthex_series_overflowed_total{family=\"hits_total\"} 4\n");
}

TEST_F(SiblingsTest, ShareMaxSeries) {
  family("a", 2).labels(200).inc();
  family("b", 2).labels(200).inc();
  for (const int code : {200, 404, 500}) {
    family("a", 2).labels(code).inc();
    family("b", 2).labels(code).inc(2);
    family("c", 2).labels(code).inc(4);
  }
  EXPECT_EQ(served(),
            "hits_total{code=\"200\",host=\"h\",zone=\"a\"} 2\n"
            "hits_total{code=\"__overflow__\",host=\"h\",zone=\"a\"} 2\n"
            "hits_total{code=\"200\",host=\"h\",zone=\"b\"} 3\n"
            "hits_total{code=\"__overflow__\",host=\"h\",zone=\"b\"} 4\n"
            "hits_total{code=\"__overflow__\",host=\"h\",zone=\"__overflow__\"} 12\n");
  EXPECT_THAT(lines_, ElementsAre(kFull));
  EXPECT_EQ(overflows(), "narthex_series_overflowed_total{family=\"hits_total\"} 7\n");
}

TEST_F(SiblingsTest, MakeRoomWhenSeriesAreRemoved) {
  const auto a = family("a", 3);
  const auto b = family("b", 3);
  for (const int code : {1, 2, 3}) a.labels(code);
  b.labels(1);
  EXPECT_FALSE(b.find(1));
  EXPECT_TRUE(a.remove(1));
  b.labels(1);
  EXPECT_TRUE(b.find(1));
  b.labels(2);
  EXPECT_FALSE(b.find(2));
  EXPECT_EQ(a.clear(), 2);
  b.labels(2);
  b.labels(3);
  EXPECT_TRUE(b.find(3));
  a.labels(1);
  EXPECT_FALSE(a.find(1));
  EXPECT_TRUE(registry_.remove(b)) << "its three series are not served any more";
  a.labels(1);
  EXPECT_TRUE(a.find(1));
  for (const int code : {4, 5, 6, 7}) b.labels(code);
  EXPECT_FALSE(b.find(4)) << "a removed family keeps its limit";
  for (const int code : {2, 3, 4}) a.labels(code);
  EXPECT_TRUE(a.find(3)) << "series of a removed family do not count";
  EXPECT_FALSE(a.find(4));
}

TEST_F(SiblingsTest, MakeRoomWhenTheyAreRemoved) {
  const std::vector<std::string> none;
  const auto define = [&](const char* zone) {
    return registry_.counter({.name = "hits_total", .help = "Hits.", .labels = {{"zone", zone}}, .max_series = 2},
                             none);
  };
  for (const char* zone : {"a", "b", "c"}) define(zone).labels(none).inc();
  EXPECT_TRUE(registry_.remove(define("a")));
  define("c").labels(none).inc();
  EXPECT_EQ(served(),
            "hits_total{host=\"h\",zone=\"b\"} 1\n"
            "hits_total{host=\"h\",zone=\"__overflow__\"} 1\n"
            "hits_total{host=\"h\",zone=\"c\"} 1\n");
  EXPECT_TRUE(registry_.remove(define("d"))) << "the sibling that all further ones share";
  EXPECT_TRUE(registry_.remove("hits_total"));
  EXPECT_EQ(served(), "");
  define("e").labels(none).inc();
  EXPECT_EQ(served(), "hits_total{host=\"h\",zone=\"e\"} 1\n");
}

TEST_F(SiblingsTest, HaveNoLimitWhenMaxSeriesIsZero) {
  for (int i = 0; i < 10'500; ++i) counter(std::to_string(i), 0).inc();
  EXPECT_EQ(sample(to_text(registry_), "hits_total{host=\"h\",zone=\"10499\"}"), 1);
  EXPECT_THAT(lines_, ElementsAre());
}

TEST_F(SiblingsTest, AreAtMostTenThousandByDefault) {
  for (int i = 0; i < 10'001; ++i) counter(std::to_string(i), 10'000).inc();
  EXPECT_EQ(sample(to_text(registry_), "hits_total{host=\"h\",zone=\"9999\"}"), 1);
  EXPECT_EQ(sample(to_text(registry_), "hits_total{host=\"h\",zone=\"__overflow__\"}"), 1);
}

TEST_F(SiblingsTest, BeyondMaxSeriesKeepTheLabelsOfTheRegistryAndAllTheirNames) {
  for (const char* zone : {"a", "b"}) {
    registry_.gauge({.name = "level", .help = "L.", .labels = {{"zone", zone}, {"rack", "1"}}, .max_series = 1}).inc();
  }
  EXPECT_EQ(
      lines_with(to_text(registry_), "level"),
      "level{host=\"h\",rack=\"1\",zone=\"a\"} 1\nlevel{host=\"h\",rack=\"__overflow__\",zone=\"__overflow__\"} 1\n");
}

TEST_F(SiblingsTest, WorkForEveryKind) {
  const auto twice = [](auto define) {
    define("a");
    define("b");
  };
  using L = Labels;
  twice([&](const char* z) { registry_.gauge({.name = "g", .help = "G.", .labels = L{{"z", z}}, .max_series = 1}); });
  twice([&](const char* z) {
    registry_.histogram({.name = "h", .help = "H.", .labels = L{{"z", z}}, .buckets = {1}, .max_series = 1});
  });
  twice([&](const char* z) {
    registry_.info({.name = "i_info", .help = "I.", .labels = L{{"z", z}}, .max_series = 1});
  });
  twice([&](const char* z) {
    registry_.state_set({.name = "s", .help = "S.", .labels = L{{"z", z}}, .states = {"on"}, .max_series = 1});
  });
  twice([&](const char* z) { registry_.summary({.name = "q", .help = "Q.", .labels = L{{"z", z}}, .max_series = 1}); });
  twice([&](const char* z) { registry_.unknown({.name = "u", .help = "U.", .labels = L{{"z", z}}, .max_series = 1}); });
  const std::string text = to_text(registry_);
  for (const char* name : {"g{", "h_count{", "i_info{", "q_count{", "u{"}) {
    EXPECT_THAT(text, HasSubstr(std::string(name) + "host=\"h\",z=\"a\"}")) << name;
    EXPECT_THAT(text, HasSubstr(std::string(name) + "host=\"h\",z=\"__overflow__\"}")) << name;
  }
  EXPECT_THAT(text, HasSubstr("s{host=\"h\",z=\"__overflow__\",s=\"on\"}"));
}

// Functions.

TEST_F(SiblingsTest, OfFunctionsAreServedAsOneFamily) {
  const auto metric = counter("c");
  metric.inc(3);
  const Registration a = function("a", 1);
  {
    const Registration b = function("b", 2);
    EXPECT_EQ(to_text(registry_),
              "# HELP hits_total Hits.\n# TYPE hits_total counter\nhits_total{host=\"h\",zone=\"c\"} 3\n"
              "hits_total{host=\"h\",zone=\"a\"} 1\nhits_total{host=\"h\",zone=\"b\"} 2\n");
  }
  EXPECT_TRUE(registry_.remove("hits_total")) << "removes the counter; only its Registration removes a function";
  EXPECT_FALSE(registry_.remove("hits_total"));
  EXPECT_EQ(served(), "hits_total{host=\"h\",zone=\"a\"} 1\n");
  const Registration b = function("b", 4);
  EXPECT_EQ(served(), "hits_total{host=\"h\",zone=\"a\"} 1\nhits_total{host=\"h\",zone=\"b\"} 4\n");
  EXPECT_THAT(lines_, ElementsAre()) << "no clash";
}

TEST_F(SiblingsTest, OfFunctionsMayHaveVariableLabels) {
  std::vector<Registration> kept;
  for (const char* pool : {"a", "b"}) {
    kept.push_back(registry_.gauge_function({.name = "threads", .help = "T.", .labels = {{"pool", pool}}}, {"state"},
                                            [](const auto& emit) {
                                              emit(1, "idle");
                                              emit(2, "busy");
                                            }));
  }
  EXPECT_EQ(lines_with(to_text(registry_), "threads"),
            "threads{host=\"h\",pool=\"a\",state=\"idle\"} 1\nthreads{host=\"h\",pool=\"a\",state=\"busy\"} 2\n"
            "threads{host=\"h\",pool=\"b\",state=\"idle\"} 1\nthreads{host=\"h\",pool=\"b\",state=\"busy\"} 2\n");
  EXPECT_THAT(lines_, ElementsAre());
}

TEST_F(SiblingsTest, OfFunctionsHaveTheirOwnConstantLabels) {
  const Registration a = function("a", 1);
  const auto b = counter("b");
  EXPECT_EQ(error_message([&] { function("a", 2).keep(); }),
            "counter 'hits_total': a function with the constant labels (host='h', zone='a') is already defined; give "
            "each function its own values of the constant labels");
  EXPECT_EQ(error_message([&] { counter("a"); }),
            "counter 'hits_total': a function with the constant labels (host='h', zone='a') is already defined; give "
            "each function its own values of the constant labels");
  EXPECT_EQ(error_message([&] { function("b", 2).keep(); }),
            "counter 'hits_total': a metric with the constant labels (host='h', zone='b') is already defined; give "
            "each function its own values of the constant labels");
  EXPECT_EQ(served(), "hits_total{host=\"h\",zone=\"b\"} 0\nhits_total{host=\"h\",zone=\"a\"} 1\n");
}

TEST_F(SiblingsTest, OfFunctionsThatThrowDoNotHideTheOthers) {
  const Registration a = registry_.counter_function({.name = "hits_total", .help = "Hits.", .labels = {{"zone", "a"}}},
                                                    []() -> double { throw std::runtime_error("no answer"); });
  const Registration b = registry_.counter_function({.name = "hits_total", .help = "Hits.", .labels = {{"zone", "b"}}},
                                                    [] { return -1.0; });
  const Registration c = function("c", 1, 10'000);
  EXPECT_EQ(to_text(registry_),
            "# HELP hits_total Hits.\n# TYPE hits_total counter\nhits_total{host=\"h\",zone=\"c\"} 1\n");
}

TEST_F(SiblingsTest, OfFunctionsAreRefusedBeyondMaxSeries) {
  const std::string error =
      "counter 'hits_total': the family has its maximum of 2 series (max_series); a function beyond it is refused; "
      "raise max_series in all definitions of this name; 0 means unlimited";
  std::optional<Registration> a(function("a", 1, 2));
  counter("b", 2).inc();
  EXPECT_EQ(error_message([&] { function("c", 3, 2).keep(); }), error);
  EXPECT_EQ(error_message([&] { function("c", 3, 2).keep(); }), error);
  counter("c", 2).inc();
  EXPECT_EQ(served(),
            "hits_total{host=\"h\",zone=\"b\"} 1\nhits_total{host=\"h\",zone=\"__overflow__\"} 1\n"
            "hits_total{host=\"h\",zone=\"a\"} 1\n");
  a.reset();
  const Registration c = function("c", 3, 2);
  EXPECT_EQ(error_message([&] { function("d", 3, 2).keep(); }), error);
}

TEST_F(SiblingsTest, OfFunctionsCountAsSeries) {
  const auto a = family("a", 3);
  a.labels(200).inc();
  const auto function = [&](const char* zone) {
    return registry_.counter_function(
        {.name = "hits_total", .help = "Hits.", .labels = {{"zone", zone}}, .max_series = 3}, {"code"},
        [](const auto& emit) { emit(1, 200); });
  };
  const Registration b = function("b");
  {
    const Registration c = function("c");
    a.labels(404).inc();
    EXPECT_FALSE(a.find(404));
  }
  a.labels(404).inc();
  EXPECT_TRUE(a.find(404));
  EXPECT_THAT(error_message([&] { function("c").keep(); }), HasSubstr("its maximum of 3 series"));
}

// With a comparison of each with all earlier ones, this takes minutes.
TEST_F(SiblingsTest, OfFunctionsAreManyWithoutAClash) {
  constexpr int kFunctions = 20'000;
  std::vector<Registration> kept;
  for (int i = 0; i < kFunctions; ++i) kept.push_back(function(std::to_string(i), i));
  std::string expected;
  for (int i = 0; i < kFunctions; ++i) {
    expected += "hits_total{host=\"h\",zone=\"" + std::to_string(i) + "\"} " + std::to_string(i) + "\n";
  }
  EXPECT_EQ(served(), expected);
  while (kept.size() > 1) kept.pop_back();
  EXPECT_EQ(served(), "hits_total{host=\"h\",zone=\"0\"} 0\n");
  EXPECT_THAT(lines_, ElementsAre());
}

// Conflicts.

TEST_F(SiblingsTest, MustAgreeInEverythingElse) {
  counter("a");
  EXPECT_EQ(error_message([&] { function("b", 1, 5).keep(); }),
            "counter 'hits_total': an earlier definition is different; earlier: counter with help 'Hits.', labels (), "
            "constant labels (host='h', zone='a'), max_series 0; now: counter with help 'Hits.', labels (), constant "
            "labels (host='h', zone='b'), max_series 5");
  const Registration f = registry_.gauge_function({.name = "depth", .help = "D."}, [] { return 1; });
  EXPECT_EQ(
      error_message([&] {
        registry_.gauge_function({.name = "depth", .help = "D.", .labels = {{"q", "x"}}}, [] { return 1; }).keep();
      }),
      "gauge 'depth': an earlier definition is different; earlier: gauge with help 'D.', labels (), constant "
      "labels (host='h'); now: gauge with help 'D.', labels (), constant labels (host='h', q='x')");
}

TEST_F(SiblingsTest, ConflictsShowWhereLongHelpTextsDiffer) {
  const std::string same(200, 'x');
  registry_.gauge({.name = "level", .help = same + "\u00e9a"});
  EXPECT_THAT(error_message([&] { registry_.gauge({.name = "level", .help = same + "\u00e8b"}); }),
              HasSubstr("; the help texts differ from byte 200: '\u00e9a' and '\u00e8b'"));
  EXPECT_THAT(error_message([&] { registry_.gauge({.name = "level", .help = same}); }),
              HasSubstr("; the help texts differ from byte 200: '\u00e9a' and ''"));
}

TEST(Siblings, ConflictsDistinguishNamesWithCommas) {
  Registry registry({.utf8_names = true});
  registry.gauge({.name = "level", .help = "L."}, {"a", "b"});
  try {
    registry.gauge({.name = "level", .help = "L."}, {"a, b"});
    ADD_FAILURE() << "no exception was thrown";
  } catch (const RegistrationError& error) {
    EXPECT_STREQ(error.what(),
                 "gauge 'level': an earlier definition is different; earlier: gauge with help 'L.', labels (a, b); "
                 "now: gauge with help 'L.', labels (\"a, b\")");
  }
}

}  // namespace
}  // namespace narthex
