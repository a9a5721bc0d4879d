#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/narthex.h>
#include <narthex/registry.h>

#include "support/null_sink.h"
#include "support/sanitized.h"
#include "support/test_collector.h"

namespace narthex {
namespace {

// Exposition rule 46.
TEST(Registry, StartsEmpty) { EXPECT_EQ(to_text(Registry()), ""); }

TEST(Registry, IsConstAsAPointerIs) {
  const Registry registry;
  registry.counter({.name = "c_total", .help = "C."}).inc();
  const Family<Gauge, 1> family = registry.gauge({.name = "g", .help = "G."}, {"a"});
  family.labels("x").set(1);
  const std::vector<std::string> names{"b"};
  registry.gauge({.name = "h", .help = "H."}, names).labels({"y"}).set(2);
  const Registration function = registry.gauge_function({.name = "f", .help = "F."}, [] { return 3; });
  EXPECT_EQ(lines_with(to_text(registry), "c_total") + lines_with(to_text(registry), "f"), "c_total 1\nf 3\n");
  EXPECT_TRUE(registry.remove(family));
  EXPECT_TRUE(registry.remove("c_total"));
  EXPECT_EQ(lines_with(to_text(registry), "h"), "h{b=\"y\"} 2\n");
  HttpMetrics(registry).start("GET", "/").finish(200);
  EXPECT_EQ(lines_with(to_text(registry), "http_requests"), "http_requests_total{code=\"200\",method=\"GET\"} 1\n");
}

TEST(Registry, ServesAnUnlabelledMetricFromTheStart) {
  Registry registry;
  registry.counter({.name = "jobs_total", .help = "Jobs done."});
  EXPECT_EQ(to_text(registry), "# HELP jobs_total Jobs done.\n# TYPE jobs_total counter\njobs_total 0\n");
}

// Exposition rule 52.
TEST(Registry, ServesFamiliesInTheOrderOfTheirNames) {
  Registry registry;
  for (const char* name : {"b", "a", "B"}) registry.gauge({.name = name, .help = "G."});
  EXPECT_EQ(to_text(registry),
            "# HELP B G.\n# TYPE B gauge\nB 0\n# HELP a G.\n# TYPE a gauge\na 0\n# HELP b G.\n# TYPE b gauge\nb 0\n");
}

TEST(Registry, DefiningTheSameTwiceReturnsTheSameMetric) {
  Registry registry;
  const CounterOptions options{.name = "jobs_total", .help = "Jobs done.", .labels = {{"a", "1"}, {"b", "2"}}};
  const CounterOptions reordered{.name = "jobs_total", .help = "Jobs done.", .labels = {{"b", "2"}, {"a", "1"}}};
  registry.counter(options).inc();
  registry.counter(reordered).inc();
  EXPECT_EQ(registry.counter(options).value(), 2);

  const HistogramOptions sizes{.name = "size_bytes", .help = "Sizes.", .buckets = {1, 2}};
  registry.histogram(sizes, {"what"}).labels("x").observe(1);
  registry.histogram(sizes, {"what"}).labels("x").observe(1);
  EXPECT_NE(to_text(registry).find("size_bytes_count{what=\"x\"} 2\n"), std::string::npos);
}

TEST(Registry, ServesSiblingsUnderOneName) {
  Registry registry;
  const auto define = [&](const char* zone) {
    return registry.counter({.name = "hits_total", .help = "Hits.", .labels = {{"zone", zone}}}, {"code"});
  };
  define("b").labels(200).inc(1);
  registry.gauge({.name = "a", .help = "A."});
  define("a").labels(200).inc(2);
  define("b").labels(500).inc(3);
  EXPECT_EQ(to_text(registry),
            "# HELP a A.\n# TYPE a gauge\na 0\n"
            "# HELP hits_total Hits.\n# TYPE hits_total counter\n"
            "hits_total{code=\"200\",zone=\"b\"} 1\n"
            "hits_total{code=\"500\",zone=\"b\"} 3\n"
            "hits_total{code=\"200\",zone=\"a\"} 2\n");
}

TEST(Registry, CopiesReferToTheSameRegistry) {
  Registry registry;
  Registry copy = registry;
  const Registry moved = std::move(copy);
  registry.counter({.name = "jobs_total", .help = "Jobs done."}).inc();
  EXPECT_EQ(to_text(moved), to_text(registry));
  copy.counter({.name = "more_total", .help = "More."});  // NOLINT(bugprone-use-after-move): moving copies
  EXPECT_NE(to_text(moved).find("more_total 0\n"), std::string::npos);
}

TEST(Registry, GlobalReturnsTheSameRegistry) {
  Registry::global().counter({.name = "global_total", .help = "Global."}).inc();
  EXPECT_EQ(Registry::global().counter({.name = "global_total", .help = "Global."}).value(), 1);
}

// Returns the collectors that the global registry contains.
std::string global_collectors() { return lines_with(to_text(Registry::global()), "narthex_collector_errors_total{"); }

TEST(Registry, GlobalContainsTheEnabledCollectors) {
  const std::string errors = "narthex_collector_errors_total{collector=";
  const std::string all = errors + "\"cgroup\"} 0\n" + errors + "\"narthex\"} 0\n" + errors + "\"process\"} 0\n" +
                          errors + "\"runtime\"} 0\n";
  EXPECT_EQ(global_collectors(), all);
  Registry::set_global_collectors({.cgroup = false, .runtime = false});
  EXPECT_EQ(global_collectors(), errors + "\"narthex\"} 0\n" + errors + "\"process\"} 0\n");
  EXPECT_NE(lines_with(to_text(Registry::global()), "process_threads "), "");
  EXPECT_EQ(lines_with(to_text(Registry::global()), "cpp_info"), "");
  Registry::set_global_collectors({.library = false, .process = false});
  EXPECT_EQ(lines_with(to_text(Registry::global()), "narthex_"), "");
  EXPECT_EQ(lines_with(to_text(Registry::global()), "process_"), "");
  EXPECT_NE(lines_with(to_text(Registry::global()), "cpp_info"), "");
  Registry::set_global_collectors({});
  EXPECT_EQ(global_collectors(), all);
}

TEST(Registry, GlobalContainsTheAllocatorOnlyOnRequest) {
  const auto has_allocator = [] { return !lines_with(to_text(Registry::global()), "malloc_").empty(); };
  EXPECT_FALSE(has_allocator());
  const std::string all = global_collectors();
  Registry::set_global_collectors({.allocator = true});
  EXPECT_EQ(has_allocator(), !kIsSanitized);
  EXPECT_EQ(global_collectors(), all);
  Registry::set_global_collectors({.runtime = false, .allocator = true});
  EXPECT_FALSE(has_allocator());
  Registry::set_global_collectors({});
  EXPECT_FALSE(has_allocator());
  EXPECT_EQ(global_collectors(), all);
}

TEST(Registry, AcceptsUnitsThatEndTheName) {
  Registry registry;
  registry.gauge({.name = "queue_bytes", .help = "Q.", .unit = "bytes"});
  registry.counter({.name = "cpu_seconds_total", .help = "C.", .unit = "seconds"});
  EXPECT_EQ(to_text(registry),
            "# HELP cpu_seconds_total C.\n# TYPE cpu_seconds_total counter\ncpu_seconds_total 0\n"
            "# HELP queue_bytes Q.\n# TYPE queue_bytes gauge\nqueue_bytes 0\n");
}

// A sink that writes each call as a line.
class Recorder final : public Sink {
 public:
  std::vector<std::string> calls;

  void begin_family(const FamilyInfo& f) override {
    calls.push_back("family " + std::string(f.name) + "|" + std::string(*f.help) + "|" + std::string(f.unit) + "|" +
                    std::string(to_string(f.type)));
  }
  void counter(LabelView l, const CounterSample&, const Timestamp&) override { sample("counter", l); }
  void gauge(LabelView l, double, const Timestamp&) override { sample("gauge", l); }
  void unknown(LabelView l, double, const Timestamp&) override { sample("unknown", l); }
  void info(LabelView l, const Timestamp&) override { sample("info", l); }
  void state_set(LabelView l, std::span<const State>, const Timestamp&) override { sample("state set", l); }
  void histogram(LabelView l, const HistogramSample&, const Timestamp&) override { sample("histogram", l); }
  void gauge_histogram(LabelView l, const HistogramSample&, const Timestamp&) override { sample("gauge histogram", l); }
  void summary(LabelView l, const SummarySample&, const Timestamp&) override { sample("summary", l); }
  void finish() override { calls.emplace_back("finish"); }

 private:
  void sample(const std::string& kind, LabelView labels) {
    calls.push_back(kind + "{" + std::string(labels.text()) + "}");
  }
};

TEST(Registry, CollectsIntoAnySink) {
  Registry registry;
  registry.histogram({.name = "h_seconds", .help = "H.", .unit = "seconds"});
  registry.gauge({.name = "g", .help = "G."}, {"a"}).labels("x");
  registry.counter({.name = "c_total", .help = "C.", .labels = {{"k", "v"}}});
  Recorder recorder;
  registry.collect(recorder);
  EXPECT_EQ(recorder.calls, (std::vector<std::string>{
                                "family c_total|C.||counter", "counter{k=\"v\"}", "family g|G.||gauge",
                                "gauge{a=\"x\"}", "family h_seconds|H.|seconds|histogram", "histogram{}", "finish"}));
}

// A sink that uses the registry that calls it.
class Meddler final : public NullSink {
 public:
  explicit Meddler(Registry registry) : registry_(std::move(registry)) {}

  void begin_family(const FamilyInfo&) override { registry_.counter({.name = "made_meanwhile_total", .help = "M."}); }
  void counter(LabelView, const CounterSample&, const Timestamp&) override {
    registry_.counter({.name = "hits_total", .help = "Hits."}, {"n"}).labels(++made).inc();
  }
  void finish() override { static_cast<void>(to_text(registry_)); }

  int made = 0;

 private:
  Registry registry_;
};

TEST(Registry, HoldsNoLockWhileASinkWorks) {
  Registry registry;
  registry.counter({.name = "hits_total", .help = "Hits."}, {"n"}).labels(0);
  Meddler meddler(registry);
  registry.collect(meddler);
  EXPECT_EQ(meddler.made, 1);
  EXPECT_NE(to_text(registry).find("hits_total{n=\"1\"} 1\n"), std::string::npos);
}

}  // namespace
}  // namespace narthex
