#include <narthex/collector.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "support/manual_clock.h"
#include "support/null_sink.h"
#include "support/test_collector.h"

namespace narthex {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kErrors = "narthex_collector_errors_total";
constexpr std::string_view kSkipped = "narthex_collector_skipped_total";
constexpr std::string_view kClashes = "narthex_collector_clashes_total";

class CollectorTest : public testing::Test {
 protected:
  Registration add(const char* name, std::function<void(Sink&)> collect) {
    return registry_.add_scoped(TestCollector(name, std::move(collect)));
  }

  std::string numbers(std::string_view name) const { return lines_with(to_text(numbers_), name); }

  std::vector<std::string> lines_;
  Registry registry_{{.diagnostic = [this](std::string_view line) { lines_.emplace_back(line); }}};
  // A second registry, so that a test can compare a whole scrape of the first one.
  Registry numbers_;
  Registration own_ = numbers_.add_scoped(LibraryCollector(registry_));
};

TEST_F(CollectorTest, IsServedInNameOrderUntilItsRegistrationEnds) {
  registry_.gauge({.name = "b", .help = "B."}).set(2);
  {
    const Registration registration = add("ac", [](Sink& sink) {
      write_gauge(sink, "c", 3);
      write_gauge(sink, "a", 1);
      sink.finish();  // does no harm
    });
    EXPECT_EQ(to_text(registry_),
              "# HELP a G.\n# TYPE a gauge\na 1\n# HELP b B.\n# TYPE b gauge\nb 2\n# HELP c G.\n# TYPE c gauge\nc 3\n");
  }
  EXPECT_EQ(to_text(registry_), "# HELP b B.\n# TYPE b gauge\nb 2\n");
}

TEST_F(CollectorTest, WritesEveryTypeOfFamily) {
  const Registration registration = add("all", [](Sink& sink) {
    const LabelText labels = LabelText::of({{"of", "x"}});
    const std::chrono::sys_time<milliseconds> at(milliseconds(1700));
    sink.begin_family({.name = "s", .help = {}, .type = MetricType::summary});
    sink.summary(labels, {.quantiles = std::vector<Quantile>{{0.5, 2}}, .count = 3, .sum = 7});
    sink.begin_family({.name = "h", .help = "H.", .type = MetricType::histogram});
    sink.histogram(labels, {.buckets = std::vector<Bucket>{{1, 2}}, .count = 3, .sum = 5});
    sink.begin_family({.name = "gh", .help = "GH.", .type = MetricType::gauge_histogram});
    sink.gauge_histogram({}, {.buckets = {}, .count = 4, .sum = 6});
    sink.begin_family({.name = "state", .help = "State.", .type = MetricType::state_set});
    sink.state_set({}, std::vector<State>{{std::string("on"), true}, {"off", false}});
    sink.begin_family({.name = "build", .help = "Build.", .type = MetricType::info});
    sink.info(labels);
    sink.begin_family({.name = "u", .help = "U.", .type = MetricType::unknown});
    sink.unknown({}, 1, at);
    sink.begin_family({.name = "c_total", .help = "C.", .type = MetricType::counter});
    sink.counter({}, 2);
    sink.begin_family({.name = "empty", .help = "E.", .type = MetricType::counter});
  });
  EXPECT_EQ(to_text(registry_),
            "# HELP build_info Build.\n# TYPE build_info gauge\nbuild_info{of=\"x\"} 1\n"
            "# HELP c_total C.\n# TYPE c_total counter\nc_total 2\n"
            "# HELP gh GH.\n# TYPE gh histogram\ngh_bucket{le=\"+Inf\"} 4\ngh_sum 6\ngh_count 4\n"
            "# HELP h H.\n# TYPE h histogram\nh_bucket{of=\"x\",le=\"1\"} 2\nh_bucket{of=\"x\",le=\"+Inf\"} 3\n"
            "h_sum{of=\"x\"} 5\nh_count{of=\"x\"} 3\n"
            "# TYPE s summary\ns{of=\"x\",quantile=\"0.5\"} 2\ns_sum{of=\"x\"} 7\ns_count{of=\"x\"} 3\n"
            "# HELP state State.\n# TYPE state gauge\nstate{state=\"on\"} 1\nstate{state=\"off\"} 0\n"
            "# HELP u U.\n# TYPE u untyped\nu 1 1700\n");
}

// Exposition rule 197.
TEST_F(CollectorTest, RequiresANameAndIsAddedOnce) {
  const auto message = [&](std::shared_ptr<Collector> collector) -> std::string {
    try {
      registry_.add(std::move(collector));
    } catch (const RegistrationError& error) {
      return error.what();
    }
    return "none";
  };
  const auto collector = std::make_shared<TestCollector>("twice", [](Sink&) {});
  EXPECT_EQ(message(collector), "none");
  EXPECT_EQ(message(collector), "collector 'twice': it is already in this registry; add a collector once");
  EXPECT_EQ(message(std::make_shared<TestCollector>("", [](Sink&) {})),
            "collector '': name() must not be empty; it labels the metrics of the collector");
  EXPECT_EQ(message(nullptr), "collector: the pointer is null; pass a collector");
}

// Exposition rule 203.
TEST_F(CollectorTest, LosesItsOwnSamplesWhenItThrows) {
  registry_.counter({.name = "healthy_total", .help = "Healthy."}).inc();
  const Registration a = add("throws", [](Sink& sink) {
    write_gauge(sink, "taken_back", 1);
    throw std::runtime_error("no such\nsensor");
  });
  const Registration b = add("throws what it likes", [](Sink&) { throw 1; });
  const Registration c = add("good", [](Sink& sink) { write_gauge(sink, "z", 1); });
  for (int scrape = 0; scrape < 2; ++scrape) {
    EXPECT_EQ(to_text(registry_),
              "# HELP healthy_total Healthy.\n# TYPE healthy_total counter\nhealthy_total 1\n"
              "# HELP z G.\n# TYPE z gauge\nz 1\n");
  }
  EXPECT_EQ(numbers(kErrors),
            "narthex_collector_errors_total{collector=\"good\"} 0\n"
            "narthex_collector_errors_total{collector=\"throws\"} 2\n"
            "narthex_collector_errors_total{collector=\"throws what it likes\"} 2\n");
  EXPECT_THAT(lines_,
              testing::ElementsAre(
                  "collector 'throws' fails: no such sensor",
                  "collector 'throws what it likes' fails: it threw an exception that is not a std::exception"));
}

TEST_F(CollectorTest, FailsIfItWritesAnInvalidSample) {
  const std::vector<std::function<void(Sink&)>> mistakes = {
      [](Sink& sink) { write_gauge(sink, "a b", 1); },
      [](Sink& sink) {
        write_gauge(sink, "g", 1, {{"a-b", "c"}});
      },
      [](Sink& sink) { sink.counter({}, 1); },
      [](Sink& sink) {
        sink.begin_family({.name = "g", .help = "G.", .type = MetricType::gauge});
        sink.gauge({}, 1, std::chrono::sys_time<milliseconds>(milliseconds(-1)));
      },
      [](Sink& sink) {
        sink.begin_family({.name = "h", .help = "H.", .type = MetricType::histogram});
        sink.histogram(LabelText::of({{"le", "1"}}), {});
      },
      [](Sink& sink) {
        sink.begin_family({.name = "s", .help = "S.", .type = MetricType::summary});
        sink.summary(LabelText::of({{"quantile", "1"}}), {});
      },
      [](Sink& sink) {
        sink.begin_family({.name = "s", .help = "S.", .type = MetricType::state_set});
        const State on{"on", true};
        sink.state_set(LabelText::of({{"s", "1"}}), {&on, 1});
      },
      [](Sink& sink) { sink.begin_family({.name = "s:t", .help = "S.", .type = MetricType::state_set}); },
      // Exposition rule 59.
      [](Sink& sink) {
        sink.begin_family({.name = "cpu_total", .help = "C.", .unit = "seconds", .type = MetricType::counter});
      },
      [](Sink& sink) {
        sink.begin_family({.name = "size_bytes_info", .help = "S.", .unit = "bytes", .type = MetricType::info});
      },
  };
  for (const auto& mistake : mistakes) {
    const Registration registration = add("wrong", [&](Sink& sink) {
      write_gauge(sink, "before", 1);
      mistake(sink);
    });
    EXPECT_EQ(to_text(registry_), "");
    EXPECT_EQ(numbers(kErrors), "narthex_collector_errors_total{collector=\"wrong\"} 1\n");
  }
  const std::string fails = "collector 'wrong' fails: ";
  EXPECT_THAT(
      lines_,
      testing::ElementsAre(
          fails + "gauge 'a b': a metric name must not contain ' '; allowed: [a-zA-Z_:][a-zA-Z0-9_:]*, "
                  "or any UTF-8 with RegistryOptions{.utf8_names = true}",
          fails + "label 'a-b': a label name must not contain '-'; allowed: [a-zA-Z_][a-zA-Z0-9_]*, or "
                  "any UTF-8 with RegistryOptions{.utf8_names = true}",
          fails + "gauge 'before': a counter sample is not allowed; allowed: samples of the type of the family",
          fails + "sample 'g': the timestamp -1 ms is before 1970; Prometheus rejects it",
          fails + "label 'le': the format adds this label itself; leave it out of {le=\"1\"}",
          fails + "label 'quantile': the format adds this label itself; leave it out of {quantile=\"1\"}",
          fails + "label 's': the format adds this label itself; leave it out of {s=\"1\"}",
          fails + "state set 's:t': a label name must not contain ':'; allowed: [a-zA-Z_][a-zA-Z0-9_]*, or any "
                  "UTF-8 with RegistryOptions{.utf8_names = true}",
          fails + "counter 'cpu_total': the name must end with the unit 'seconds'; allowed: 'cpu_seconds_total'",
          fails + "info 'size_bytes_info': unit 'bytes': OpenMetrics has no units for families of this type; leave the "
                  "unit empty"));

  const Registration orphan = add("orphan", [](Sink& sink) { sink.gauge({}, 1); });
  EXPECT_EQ(to_text(registry_), "");
  EXPECT_EQ(lines_.back(), "collector 'orphan' fails: sample: it belongs to no family; call begin_family() first");
}

// If the collector catches the exception, only the invalid samples are left out. No sample moves to another family.
TEST_F(CollectorTest, MayCatchItsOwnMistakes) {
  const Registration registration = add("careful", [](Sink& sink) {
    write_gauge(sink, "good", 1);
    EXPECT_THROW(write_gauge(sink, "not good", 2), SampleError);
    EXPECT_THROW(sink.gauge(LabelText::of({{"a", "b"}}), 3), SampleError);
  });
  EXPECT_EQ(to_text(registry_), "# HELP good G.\n# TYPE good gauge\ngood 1\n");
  EXPECT_EQ(numbers(kErrors), "narthex_collector_errors_total{collector=\"careful\"} 0\n");
}

TEST_F(CollectorTest, HasTheLabelsOfTheRegistry) {
  Registry registry({.labels = {{"host", "h"}, {"az", "1\"2"}, {"zone", "z"}}});
  const Registration registration = registry.add_scoped(TestCollector("labels", [](Sink& sink) {
    write_gauge(sink, "g", 1);
    write_gauge(sink, "g", 2, {{"host", "its, \"own\"\\"}, {"b", "x"}, {"zz", "y"}});
    write_gauge(sink, "g", 3, {{"a", "1"}});
  }));
  EXPECT_EQ(to_text(registry),
            "# HELP g G.\n# TYPE g gauge\n"
            "g{az=\"1\\\"2\",host=\"h\",zone=\"z\"} 1\n"
            "g{az=\"1\\\"2\",b=\"x\",host=\"its, \\\"own\\\"\\\\\",zone=\"z\",zz=\"y\"} 2\n"
            "g{a=\"1\",az=\"1\\\"2\",host=\"h\",zone=\"z\"} 3\n");
}

// Exposition rule 201.
TEST_F(CollectorTest, ServesTheFirstSampleOfASeriesAndCountsTheOthers) {
  registry_.gauge({.name = "level", .help = "G."}, {"of"}).labels("a").set(1);
  const auto collector = [](double value) {
    return [value](Sink& sink) {
      for (const char* of : {"a", "b", "b"}) write_gauge(sink, "level", value, {{"of", of}});
    };
  };
  const Registration first = add("first", collector(2));
  const Registration second = add("second", collector(3));
  for (int scrape = 0; scrape < 2; ++scrape) {
    EXPECT_EQ(to_text(registry_), "# HELP level G.\n# TYPE level gauge\nlevel{of=\"a\"} 1\nlevel{of=\"b\"} 2\n");
  }
  EXPECT_EQ(numbers(kClashes),
            "narthex_collector_clashes_total{collector=\"first\"} 4\n"
            "narthex_collector_clashes_total{collector=\"second\"} 6\n");
  EXPECT_THAT(
      lines_,
      testing::ElementsAre(
          R"(collector 'first': the series 'level{of="a"}' is already served; further samples of it are left out)",
          R"(collector 'second': the series 'level{of="a"}' is already served; further samples of it are left out)"));
}

TEST_F(CollectorTest, LeavesOutFamiliesWithAnotherTypeOrHelp) {
  registry_.counter({.name = "level", .help = "G."}).inc();
  const Registration type = add("type", [](Sink& sink) { write_gauge(sink, "level", 1, {{"a", "b"}}); });
  const Registration help = add("help", [](Sink& sink) {
    sink.begin_family({.name = "level", .help = "H.", .type = MetricType::counter});
    sink.counter(LabelText::of({{"a", "c"}}), 1);
  });
  const Registration silent = add("silent", [](Sink& sink) {
    sink.begin_family({.name = "level", .help = {}, .type = MetricType::counter});
    sink.counter(LabelText::of({{"a", "d"}}), 1);
  });
  for (int scrape = 0; scrape < 2; ++scrape) {
    EXPECT_EQ(to_text(registry_), "# HELP level G.\n# TYPE level counter\nlevel 1\nlevel{a=\"d\"} 1\n");
  }
  EXPECT_EQ(numbers(kClashes),
            "narthex_collector_clashes_total{collector=\"help\"} 2\n"
            "narthex_collector_clashes_total{collector=\"silent\"} 0\n"
            "narthex_collector_clashes_total{collector=\"type\"} 2\n");
  EXPECT_THAT(
      lines_,
      testing::ElementsAre(
          "collector 'type': 'level' is already served by the registry as a counter with help 'G.'; its samples as a "
          "gauge with help 'G.' are left out",
          "collector 'help': 'level' is already served by the registry as a counter with help 'G.'; its samples as a "
          "counter with help 'H.' are left out"));
}

TEST_F(CollectorTest, ALeftOutFamilyClashesWithNoOther) {
  registry_.histogram({.name = "x", .help = "X.", .buckets = {1}});
  const Registration collector = add("c", [](Sink& sink) {
    sink.begin_family({.name = "x_sum_total", .type = MetricType::counter});  // OpenMetrics calls it x_sum
    sink.counter({}, 1);
    write_gauge(sink, "x_sum_created", 2);  // clashes with that one alone
  });
  const std::string text = to_text(registry_);
  EXPECT_EQ(lines_with(text, "x_sum_total"), "");
  EXPECT_EQ(lines_with(text, "x_sum_created"), "x_sum_created 2\n");
}

TEST_F(CollectorTest, IgnoresLabelsWithAnEmptyValue) {
  const Registration collector = add("c", [](Sink& sink) {
    write_gauge(sink, "q", 1);
    sink.gauge(LabelText::of({{"a", ""}}), 2);
    sink.gauge(LabelText::of({{"a", ""}, {"b", "x"}}), 3);
    sink.gauge(LabelText::of({{"b", "x"}}), 4);
  });
  EXPECT_EQ(lines_with(to_text(registry_), "q"), "q 1\nq{a=\"\",b=\"x\"} 3\n");
}

TEST_F(CollectorTest, LeavesOutFamiliesThatClashWithOtherNames) {
  registry_.histogram({.name = "work", .help = "W.", .buckets = {1}});
  registry_.gauge({.name = "size_count", .help = "S."});
  const Registration first = add("first", [](Sink& sink) {
    write_gauge(sink, "work_count", 1);
    write_gauge(sink, "work_total", 2);
    sink.begin_family({.name = "size", .help = "S.", .type = MetricType::histogram});
    sink.histogram({}, {});
    sink.begin_family({.name = "late", .help = "L.", .type = MetricType::summary});
    sink.summary({}, {});
  });
  const Registration second = add("second", [](Sink& sink) {
    write_gauge(sink, "late_sum", 3);
    write_gauge(sink, "late_bucket", 4);
  });
  EXPECT_EQ(to_text(registry_),
            "# HELP late L.\n# TYPE late summary\nlate_sum 0\nlate_count 0\n"
            "# HELP late_bucket G.\n# TYPE late_bucket gauge\nlate_bucket 4\n"
            "# HELP size_count S.\n# TYPE size_count gauge\nsize_count 0\n"
            "# HELP work W.\n# TYPE work histogram\n"
            "work_bucket{le=\"1\"} 0\nwork_bucket{le=\"+Inf\"} 0\nwork_sum 0\nwork_count 0\n"
            "# HELP work_total G.\n# TYPE work_total gauge\nwork_total 2\n");
  EXPECT_EQ(numbers(kClashes),
            "narthex_collector_clashes_total{collector=\"first\"} 2\n"
            "narthex_collector_clashes_total{collector=\"second\"} 1\n");
  EXPECT_THAT(lines_, testing::ElementsAre(
                          "collector 'first': 'work_count' is left out: it clashes with histogram 'work', because "
                          "histogram 'work' also writes samples called 'work_count'",
                          "collector 'first': 'size' is left out: it clashes with gauge 'size_count', because "
                          "histogram 'size' also writes samples called 'size_count'",
                          "collector 'second': 'late_sum' is left out: it clashes with summary 'late', because "
                          "summary 'late' also writes samples called 'late_sum'"));
}

TEST_F(CollectorTest, MayDefineUpdateAndScrape) {
  std::string inner;
  const Registration other = add("other", [](Sink& sink) { write_gauge(sink, "other", 1); });
  const Registration meddler = add("meddler", [&](Sink& sink) {
    registry_.counter({.name = "asked_total", .help = "Asked."}).inc();
    inner = to_text(registry_);
    write_gauge(sink, "own", 1);
  });
  const std::string asked = "# HELP asked_total Asked.\n# TYPE asked_total counter\nasked_total 1\n";
  const std::string others = "# HELP other G.\n# TYPE other gauge\nother 1\n";
  EXPECT_EQ(to_text(registry_), asked + others + "# HELP own G.\n# TYPE own gauge\nown 1\n");
  EXPECT_EQ(inner, asked + others);
  EXPECT_EQ(numbers(kSkipped),
            "narthex_collector_skipped_total{collector=\"meddler\"} 0\n"
            "narthex_collector_skipped_total{collector=\"other\"} 0\n");
}

TEST_F(CollectorTest, IsSkippedIfItsLastCallTookLongerThanTheTimeLeft) {
  static constexpr milliseconds kLeft{100};
  ManualClock clock;
  const Registration quick = add("quick", [](Sink& sink) { write_gauge(sink, "quick", 1); });
  const Registration slow = add("slow", [&clock](Sink& sink) {
    clock.advance(2 * kLeft);
    write_gauge(sink, "slow", 1);
  });
  const std::string quick_text = "# HELP quick G.\n# TYPE quick gauge\nquick 1\n";
  const std::string all = quick_text + "# HELP slow G.\n# TYPE slow gauge\nslow 1\n";
  const auto scrape = [&](milliseconds timeout) { return expose(registry_, {.timeout = timeout}).body; };
  EXPECT_EQ(scrape(kLeft), all) << "the duration is not known yet";
  EXPECT_EQ(scrape(std::chrono::minutes(1)), all);
  EXPECT_EQ(scrape(kLeft), quick_text);
  EXPECT_EQ(numbers(kSkipped),
            "narthex_collector_skipped_total{collector=\"quick\"} 0\n"
            "narthex_collector_skipped_total{collector=\"slow\"} 1\n");
  EXPECT_EQ(to_text(registry_), all) << "a scrape without a time limit calls it";
  for (int i = 0; i < 20; ++i) EXPECT_EQ(scrape(kLeft), quick_text);
  EXPECT_EQ(scrape(kLeft), all) << "it is called again after 20 skipped scrapes";
}

// A sample that the sink rejects is left out. All other samples are served.
class PickySink final : public NullSink {
 public:
  std::string text;

  void begin_family(const FamilyInfo& family) override {
    if (family.name == "bad") throw SampleError("not that name");
    text += std::string(family.name) + ":";
  }
  void gauge(LabelView, double value, const Timestamp&) override {
    if (value < 0) throw SampleError("not that value");
    text += std::to_string(static_cast<int>(value)) + " ";
  }
  void finish() override { text += "end"; }
};

TEST_F(CollectorTest, CountsSamplesThatTheSinkRejectsAsErrors) {
  const Registration registration = add("blamed", [](Sink& sink) {
    write_gauge(sink, "bad", 1);
    write_gauge(sink, "good", -1);
    write_gauge(sink, "good", 2, {{"a", "b"}});
  });
  PickySink sink;
  registry_.collect(sink);
  EXPECT_EQ(sink.text, "good:2 end");
  EXPECT_EQ(numbers(kErrors), "narthex_collector_errors_total{collector=\"blamed\"} 2\n");
}

TEST_F(CollectorTest, StaysUntilItIsRemoved) {
  const auto collector = std::make_shared<TestCollector>("c", [](Sink& sink) { write_gauge(sink, "g", 1); });
  const Registry registry;
  EXPECT_FALSE(registry.remove(collector));
  registry.add(collector);
  EXPECT_EQ(lines_with(to_text(registry), "g"), "g 1\n");
  EXPECT_FALSE(registry.remove(std::make_shared<TestCollector>("c", [](Sink&) {})));
  EXPECT_TRUE(registry.remove(collector));
  EXPECT_EQ(to_text(registry), "");
  EXPECT_EQ(collector.use_count(), 1);
  registry.add(collector);
  EXPECT_EQ(lines_with(to_text(registry), "g"), "g 1\n");
}

TEST_F(CollectorTest, MayRemoveItselfDuringACall) {
  const Registry registry;
  std::weak_ptr<Collector> self;
  const auto collector = std::make_shared<TestCollector>("once", [&](Sink& sink) {
    write_gauge(sink, "g", 1);
    EXPECT_TRUE(registry.remove(self.lock()));
  });
  self = collector;
  registry.add(collector);
  EXPECT_EQ(lines_with(to_text(registry), "g"), "g 1\n");
  EXPECT_EQ(to_text(registry), "");
}

// The correct pattern: the collector defines its metric in the constructor, and stores the handle.
class HandleCollector final : public Collector {
 public:
  HandleCollector(const Registry& registry, std::shared_ptr<int> alive)
      : calls_(registry.counter({.name = "calls_total", .help = "Calls."})), alive_(std::move(alive)) {}

  std::string_view name() const override { return "handle"; }
  void collect(Sink&) override { calls_.inc(); }

 private:
  Counter calls_;
  std::shared_ptr<int> alive_;
};

// LeakSanitizer reports the registry if a cycle keeps it.
TEST_F(CollectorTest, ThatStoresHandlesIsDestroyedWithItsRegistry) {
  const auto alive = std::make_shared<int>(0);
  {
    const Registry registry;
    registry.add(HandleCollector(registry, alive));
    EXPECT_EQ(lines_with(to_text(registry), "calls"), "calls_total 1\n");
    EXPECT_EQ(alive.use_count(), 2);
  }
  EXPECT_EQ(alive.use_count(), 1);
}

TEST_F(CollectorTest, EndsWithItsRegistrationOrItsRegistry) {
  const auto alive = std::make_shared<int>(0);
  const auto holding = [&] { return TestCollector("holding", [alive](Sink& sink) { write_gauge(sink, "g", 1); }); };
  auto registry = std::make_unique<Registry>();
  Registration first = registry->add_scoped(holding());
  EXPECT_EQ(alive.use_count(), 2);
  first = registry->add_scoped(holding());
  EXPECT_EQ(alive.use_count(), 2) << "the first collector is destroyed";
  Registration moved = std::move(first);
  EXPECT_EQ(lines_with(to_text(*registry), "g"), "g 1\n");
  moved = Registration();
  EXPECT_EQ(alive.use_count(), 1);
  EXPECT_EQ(to_text(*registry), "");

  registry->add(holding());
  const Registration outlives = registry->add_scoped(holding());
  EXPECT_EQ(alive.use_count(), 3);
  registry.reset();
  EXPECT_EQ(alive.use_count(), 1);
}

}  // namespace
}  // namespace narthex
