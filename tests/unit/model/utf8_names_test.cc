// Names that are not legacy names: which registries allow them, and how scrapers without UTF-8 support get them.

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "formats/escaping_sink.h"
#include "support/null_sink.h"
#include "support/test_collector.h"

namespace narthex {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kClashes = "narthex_name_clashes_total";

class Utf8NamesTest : public testing::Test {
 protected:
  std::string text(std::string_view escaping) const {
    const std::string accept = "text/plain;version=1.0.0;escaping=" + std::string(escaping);
    return expose(registry_, {.accept = accept}).body;
  }

  std::string clashes() const { return lines_with(to_text(numbers_), kClashes); }

  std::vector<std::string> lines_;
  Registry registry_{{.diagnostic = [this](std::string_view line) { lines_.emplace_back(line); }, .utf8_names = true}};
  Registry numbers_;  // separate, so that a test can compare a whole exposition
  Registration own_ = numbers_.add_scoped(LibraryCollector(registry_));
};

// Exposition rule 102, and the escaped names that a scraper without UTF-8 support gets.
TEST_F(Utf8NamesTest, AreEscapedAsTheScraperRequests) {
  registry_.counter({.name = "disk.io_total", .help = "D."}, {"dev.name", "host"}).labels("sda", "h").inc(2);
  registry_.gauge({.name = "9x", .help = "N.", .labels = {{"\u00e9", "1"}}});
  registry_.histogram({.name = "rpc.lat", .help = "R.", .buckets = {1}});
  EXPECT_EQ(to_text(registry_),
            "# HELP _x N.\n# TYPE _x gauge\n_x{_=\"1\"} 0\n"
            "# HELP disk_io_total D.\n# TYPE disk_io_total counter\ndisk_io_total{dev_name=\"sda\",host=\"h\"} 2\n"
            "# HELP rpc_lat R.\n# TYPE rpc_lat histogram\n"
            "rpc_lat_bucket{le=\"1\"} 0\nrpc_lat_bucket{le=\"+Inf\"} 0\nrpc_lat_sum 0\nrpc_lat_count 0\n");
  EXPECT_EQ(expose(registry_).body, to_text(registry_));
  EXPECT_EQ(lines_with(text("dots"), "disk"), "disk_dot_io_total{dev_dot_name=\"sda\",host=\"h\"} 2\n");
  EXPECT_EQ(lines_with(text("values"), "U__disk"), "U__disk_2e_io_total{U__dev_2e_name=\"sda\",host=\"h\"} 2\n");
  EXPECT_THAT(lines_, IsEmpty());
  EXPECT_EQ(clashes(), "narthex_name_clashes_total 0\n");
}

TEST_F(Utf8NamesTest, AreNotEscapedForASinkOfTheUser) {
  registry_.gauge({.name = "disk.io", .help = "D."}, {"dev.name"}).labels("sda");
  struct Names final : NullSink {
    void begin_family(const FamilyInfo& family) override { names += family.name; }
    void gauge(LabelView labels, double, const Timestamp&) override { names += labels.text(); }
    std::string names;
  } sink;
  registry_.collect(sink);
  EXPECT_EQ(sink.names, "disk.io\"dev.name\"=\"sda\"");
}

TEST_F(Utf8NamesTest, AreAllowedInFunctionsCollectorsAndRegistryLabels) {
  Registry registry({.labels = {{"data center", "x"}}, .utf8_names = true});
  const Registration function =
      registry.gauge_function({.name = "a.b", .help = "A."}, {"c.d"}, [](const auto& emit) { emit(1, "e"); });
  const Registration collector = registry.add_scoped(TestCollector("c", [](Sink& sink) {
    write_gauge(sink, "f.g", 2, {{"h.i", "j,"}});
  }));
  EXPECT_EQ(to_text(registry),
            "# HELP a_b A.\n# TYPE a_b gauge\na_b{c_d=\"e\",data_center=\"x\"} 1\n"
            "# HELP f_g G.\n# TYPE f_g gauge\nf_g{data_center=\"x\",h_i=\"j,\"} 2\n");
}

TEST_F(Utf8NamesTest, AreRejectedByARegistryWithLegacyNames) {
  std::vector<std::string> lines;
  Registry legacy({.diagnostic = [&](std::string_view line) { lines.emplace_back(line); }});
  const auto fail = [&](std::function<void(Sink&)> collect) {
    const Registration registration = legacy.add_scoped(TestCollector("c", std::move(collect)));
    const Registration sound = legacy.add_scoped(TestCollector("d", [](Sink& sink) {
      write_gauge(sink, "g", 1, {{"commas", ",\",,"}});
    }));
    EXPECT_EQ(to_text(legacy), "# HELP g G.\n# TYPE g gauge\ng{commas=\",\\\",,\"} 1\n");
  };
  fail([](Sink& sink) { write_gauge(sink, "disk.io", 1); });
  fail([](Sink& sink) { write_gauge(sink, "disk", 1, {{"a", ","}, {"dev.name", "sda"}}); });
  EXPECT_THROW(Registry({.labels = {{"data center", "x"}}}), RegistrationError);
  EXPECT_THAT(lines, ElementsAre("collector 'c' fails: gauge 'disk.io': a metric name must not contain '.'; allowed: "
                                 "[a-zA-Z_:][a-zA-Z0-9_:]*, or any UTF-8 with RegistryOptions{.utf8_names = true}",
                                 "collector 'c' fails: label 'dev.name': a label name must not contain '.'; allowed: "
                                 "[a-zA-Z_][a-zA-Z0-9_]*, or any UTF-8 with RegistryOptions{.utf8_names = true}"));
}

// Exposition rule 103: every parser of Prometheus rejects a scrape with such a name.
TEST_F(Utf8NamesTest, MustNotContainNul) {
  const std::string nul("a\0b", 3);
  const auto message = [&](const auto& define) -> std::string {
    try {
      define();
    } catch (const Error& error) {
      return error.what();
    }
    return "none";
  };
  const std::string metric = "a metric name must not contain '\\x00'; allowed: any other UTF-8";
  const std::string label = "label 'a\\x00b': a label name must not contain '\\x00'; allowed: any other UTF-8";
  EXPECT_EQ(message([&] { registry_.gauge({.name = nul, .help = "G."}); }), "gauge 'a\\x00b': " + metric);
  EXPECT_EQ(message([&] { registry_.info({.name = nul + "_info", .help = "I."}); }), "info 'a\\x00b_info': " + metric);
  EXPECT_EQ(message([&] { registry_.state_set({.name = nul, .help = "S.", .states = {"on"}}); }),
            "state set 'a\\x00b': " + metric);
  EXPECT_EQ(message([&] { registry_.gauge_function({.name = nul, .help = "G."}, [] { return 1.0; }).keep(); }),
            "gauge 'a\\x00b': " + metric);
  EXPECT_EQ(message([&] { registry_.gauge({.name = "g", .help = "G."}, std::vector<std::string>{nul}); }),
            "gauge 'g': " + label);
  EXPECT_EQ(message([&] {
              registry_.gauge({.name = "g", .help = "G.", .labels = {{nul, "x"}}});
            }),
            "gauge 'g': " + label);
  EXPECT_EQ(message([&] { Registry({.labels = {{nul, "x"}}, .utf8_names = true}); }), label);
  EXPECT_EQ(message([&] { static_cast<void>(LabelText::of({{nul, "x"}})); }), label);
  Registry legacy;
  EXPECT_EQ(message([&] { legacy.gauge({.name = nul, .help = "G."}); }),
            "gauge 'a\\x00b': a metric name must not contain '\\x00'; allowed: [a-zA-Z_:][a-zA-Z0-9_:]*");
}

TEST_F(Utf8NamesTest, MustNotContainNulInSamplesOfCollectors) {
  const std::string nul("a\0b", 3);
  const auto sound = registry_.add_scoped(TestCollector("sound", [](Sink& sink) { write_gauge(sink, "g", 1); }));
  const auto metric = registry_.add_scoped(TestCollector("metric", [&](Sink& sink) { write_gauge(sink, nul, 1); }));
  const auto label = registry_.add_scoped(TestCollector("label", [&](Sink& sink) {
    write_gauge(sink, "h", 1, {{nul, "x"}});
  }));
  EXPECT_EQ(text("allow-utf-8"), "# HELP g G.\n# TYPE g gauge\ng 1\n");
  EXPECT_EQ(lines_with(to_text(numbers_), "narthex_collector_errors"),
            "narthex_collector_errors_total{collector=\"label\"} 1\n"
            "narthex_collector_errors_total{collector=\"metric\"} 1\n"
            "narthex_collector_errors_total{collector=\"sound\"} 0\n");
}

// The parsers of Prometheus accept NUL everywhere else. Exposition rule 47.
TEST_F(Utf8NamesTest, AreNotTheOnlyPlaceForNul) {
  const std::string nul("a\0b", 3);
  registry_.gauge({.name = "g", .help = nul, .labels = {{"constant", nul}}}, {"variable"}).labels(nul).set(1);
  registry_.state_set({.name = "s", .help = "S.", .states = {nul}});
  EXPECT_EQ(text("allow-utf-8"), "# HELP g " + nul + "\n# TYPE g gauge\ng{constant=\"" + nul + "\",variable=\"" + nul +
                                     "\"} 1\n# HELP s S.\n# TYPE s gauge\ns{s=\"" + nul + "\"} 0\n");
}

// Exposition rules 99, 100, 101 and 103.
TEST_F(Utf8NamesTest, MustNotBeEmptyReservedOrInvalidUtf8) {
  const auto message = [&](const auto& define) -> std::string {
    try {
      define();
    } catch (const RegistrationError& error) {
      return error.what();
    }
    return "none";
  };
  EXPECT_EQ(message([&] { registry_.gauge({.name = "", .help = "G."}); }), "gauge '': a metric name must not be empty");
  EXPECT_EQ(message([&] { registry_.gauge({.name = "g\xff", .help = "G."}); }),
            "gauge 'g\\xff': a metric name must be UTF-8");
  EXPECT_EQ(message([&] { registry_.gauge({.name = "g", .help = "G."}, {""}); }),
            "gauge 'g': label '': a label name must not be empty");
  EXPECT_EQ(message([&] { registry_.gauge({.name = "g", .help = "G."}, {"a\xc3"}); }),
            "gauge 'g': label 'a\\xc3': a label name must be UTF-8");
  EXPECT_EQ(message([&] { registry_.gauge({.name = "g", .help = "G."}, {"__x.y"}); }),
            "gauge 'g': label '__x.y': a label name must not start with '__'; Prometheus reserves such names");
  EXPECT_EQ(message([&] { registry_.histogram({.name = "h.i", .help = "G."}, {"le"}); }),
            "histogram 'h.i': label 'le': a histogram adds this label itself; use another name");
  EXPECT_EQ(message([&] { registry_.gauge({.name = "speed_m/s", .help = "S.", .unit = "m/s"}); }),
            "gauge 'speed_m/s': unit 'm/s': a unit must contain only letters, digits, and '_'");
  EXPECT_EQ(to_text(registry_), "");
}

// Exposition rule 97.
TEST_F(Utf8NamesTest, LeaveOutTheSecondOfTwoFamiliesWithTheSameEscapedName) {
  registry_.gauge({.name = "a.b", .help = "A."}).set(1);
  registry_.gauge({.name = "a_b", .help = "A."}).set(2);
  registry_.gauge({.name = "other", .help = "O."}).set(3);
  const std::string other = "# HELP other O.\n# TYPE other gauge\nother 3\n";
  for (int scrape = 0; scrape < 2; ++scrape) {
    EXPECT_EQ(to_text(registry_), "# HELP a_b A.\n# TYPE a_b gauge\na_b 1\n" + other);
  }
  EXPECT_THAT(lines_, ElementsAre("gauge 'a_b' is left out where names are escaped with underscores, because gauge "
                                  "'a.b' is called 'a_b' there"));
  EXPECT_EQ(clashes(), "narthex_name_clashes_total 2\n");
  EXPECT_EQ(text("dots"),
            "# HELP a_dot_b A.\n# TYPE a_dot_b gauge\na_dot_b 1\n# HELP a_b A.\n# TYPE a_b gauge\na_b 2\n" + other);
  EXPECT_EQ(clashes(), "narthex_name_clashes_total 2\n");
}

TEST_F(Utf8NamesTest, LeaveOutAFamilyWithTheNamesOfSamplesOfAnother) {
  registry_.histogram({.name = "a.b", .help = "A.", .buckets = {1}});
  registry_.gauge({.name = "a_b_sum", .help = "S."});
  registry_.counter({.name = "c d_total", .help = "C."}, {"l"});
  registry_.gauge({.name = "c_d", .help = "C."});
  EXPECT_EQ(to_text(registry_),
            "# HELP a_b A.\n# TYPE a_b histogram\n"
            "a_b_bucket{le=\"1\"} 0\na_b_bucket{le=\"+Inf\"} 0\na_b_sum 0\na_b_count 0\n");
  EXPECT_THAT(lines_, ElementsAre("gauge 'a_b_sum' is left out where names are escaped with underscores, since it "
                                  "clashes with histogram 'a.b', because histogram 'a_b' also writes samples called "
                                  "'a_b_sum' there",
                                  "gauge 'c_d' is left out where names are escaped with underscores, since it clashes "
                                  "with counter 'c d_total', because counter 'c_d_total' is called 'c_d' in "
                                  "OpenMetrics there"));
  EXPECT_EQ(clashes(), "narthex_name_clashes_total 2\n");
}

// Exposition rule 98.
TEST_F(Utf8NamesTest, LeaveOutASeriesWithTwoLabelsOfTheSameEscapedName) {
  const Registration collector = registry_.add_scoped(TestCollector("c", [](Sink& sink) {
    write_gauge(sink, "g", 1, {{"k.x", "1"}, {"k_x", "2"}});
    write_gauge(sink, "g", 2, {{"k.x", "1"}});
    write_gauge(sink, "g", 3, {{"\u00e9_name__", "1"}});
    write_gauge(sink, "g", 4, {{"x-", "1"}, {"x\"", "2"}, {"x_y", "3"}});
    write_gauge(sink, "g", 5, {{"b.", "1"}, {"b", "2"}, {"b-a", "\"3"}});
  }));
  EXPECT_EQ(to_text(registry_), "# HELP g G.\n# TYPE g gauge\ng{k_x=\"1\"} 2\ng{b=\"2\",b_=\"1\",b_a=\"\\\"3\"} 5\n");
  EXPECT_EQ(clashes(), "narthex_name_clashes_total 3\n");
  EXPECT_EQ(lines_.front(),
            "the series 'g{\"k.x\"=\"1\",k_x=\"2\"}' is left out where names are escaped with underscores, because two "
            "of its labels are called 'k_x' there");
  EXPECT_EQ(lines_.size(), 3u);
}

// The states of a set are values of a label with the name of the family.
TEST_F(Utf8NamesTest, LeaveOutAStateSetWhoseOwnLabelExists) {
  const std::vector<State> states{{"on", true}};
  const Registration collector = registry_.add_scoped(TestCollector("c", [&](Sink& sink) {
    sink.begin_family({.name = "job.state", .help = "J.", .type = MetricType::state_set});
    sink.state_set(LabelText::of({{"job_state", "x"}}), states);
    sink.state_set(LabelText::of({{"job", "y"}}), states);
    sink.begin_family({.name = "mode", .help = "M.", .type = MetricType::state_set});
    sink.state_set(LabelText::of({{"mo.de", "x"}}), states);
  }));
  EXPECT_EQ(to_text(registry_),
            "# HELP job_state J.\n# TYPE job_state gauge\njob_state{job=\"y\",job_state=\"on\"} 1\n"
            "# HELP mode M.\n# TYPE mode gauge\nmode{mo_de=\"x\",mode=\"on\"} 1\n");
  EXPECT_EQ(clashes(), "narthex_name_clashes_total 1\n");
}

// In OpenMetrics, the name must end with the unit.
TEST(EscapingSink, KeepsAUnitOnlyIfTheNameEndsWithIt) {
  struct Units final : NullSink {
    void begin_family(const FamilyInfo& family) override { units.emplace_back(family.unit); }
    std::vector<std::string> units;
  } units;
  for (const auto scheme : {detail::EscapingScheme::underscores, detail::EscapingScheme::dots}) {
    detail::EscapingSink sink(units, scheme, [](std::string_view line) { ADD_FAILURE() << line; });
    sink.begin_family({.name = "disk.io_seconds_total", .unit = "seconds", .type = MetricType::counter});
    sink.begin_family({.name = "disk.io_per_second", .unit = "per_second", .type = MetricType::gauge});
  }
  EXPECT_THAT(units.units, ElementsAre("seconds", "per_second", "seconds", ""));
}

// A family that the writer rejects must not count as served.
TEST(EscapingSink, ServesTheFamilyAfterARejectedFamily) {
  struct Picky final : NullSink {
    void begin_family(const FamilyInfo& family) override {
      if (family.type == MetricType::counter) throw SampleError("refused");
    }
    void counter(LabelView, const CounterSample&, const Timestamp&) override { served += 'c'; }
    void gauge(LabelView, double, const Timestamp&) override { served += 'g'; }
    std::string served;
  } picky;
  detail::EscapingSink sink(picky, detail::EscapingScheme::underscores,
                            [](std::string_view line) { ADD_FAILURE() << line; });
  EXPECT_THROW(sink.begin_family({.name = "a.b", .type = MetricType::counter}), SampleError);
  sink.counter({}, CounterSample{}, {});
  sink.begin_family({.name = "a_b", .type = MetricType::gauge});
  sink.gauge({}, 1, {});
  EXPECT_EQ(picky.served, "g");
}

}  // namespace
}  // namespace narthex
