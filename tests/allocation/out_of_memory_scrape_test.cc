// Scrapes without memory. See out_of_memory_test.cc.

#include <algorithm>
#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "allocation/counted_new.h"
#include "allocation/out_of_memory.h"
#include "allocation/test_data.h"
#include "support/test_collector.h"

namespace narthex {
namespace {

using Which = FailingAllocations::Which;

// A registry with every kind of metric, cold and hot, and with a collector and a function.
class Everything {
 public:
  explicit Everything(bool utf8_names = false)
      : registry(silent({.labels = {{"zone", "b"}}, .utf8_names = utf8_names})) {
    const auto counters = registry.counter({.name = "hits_total", .help = "Hits \"quoted\".\n"}, {"what"});
    const auto gauges = registry.gauge({.name = "level", .help = "Level."}, {"what"});
    const auto histograms = registry.histogram({.name = "work", .help = "Work.", .buckets = {1, 2}}, {"what"});
    const auto natives = registry.histogram({.name = "native", .help = "Native.", .native = {}}, {"what"});
    const auto summaries = registry.summary({.name = "wait", .help = "Wait.", .quantiles = {0.5, 0.9}}, {"what"});
    const auto sums = registry.summary({.name = "sum", .help = "Sum."}, {"what"});
    for (const std::string& what : {std::string("cold"), "a \"hot\" one: " + kLong}) {
      for (int i = 0; i < (what == "cold" ? 10 : kHot); ++i) {
        counters.labels(what).inc();
        gauges.labels(what).inc();
        histograms.labels(what).observe(i);
        natives.labels(what).observe(i);
        summaries.labels(what).observe(i);
        sums.labels(what).observe(i);
      }
      counters.labels(what).inc(1, {{"trace_id", "a"}});
      histograms.labels(what).observe(1, {{"trace_id", "a"}});
      natives.labels(what).observe(1, {{"trace_id", "a"}});
    }
    for (const char* shard : {"1", "2"}) {
      registry.counter({.name = "siblings_total", .help = "Siblings.", .labels = {{"shard", shard}}}).inc();
    }
    registry.info({.name = "build_info", .help = "Build.", .labels = {{"version", "1"}}});
    registry.state_set({.name = "state", .help = "State.", .states = {"idle", "busy"}}).set("busy");
    registry.unknown({.name = "other", .help = "Other."}).set(3);
    if (utf8_names) registry.gauge({.name = "größe.now", .help = "Größe.", .labels = {{"a.b", "c"}}}).set(3);
    registry.add(TestCollector("collector", [this](Sink& sink) {
      if (lost == Lost::collector) throw std::runtime_error("lost");
      write_all_types(sink);
    }));
    registry
        .gauge_function({.name = "depth", .help = "Depth."}, {"what"},
                        [this](const auto& emit) {
                          if (lost == Lost::function) throw std::runtime_error("lost");
                          emit(1, "a");
                          emit(2, kLong);
                        })
        .keep();
  }

  // The source whose samples the next scrapes lack.
  enum class Lost { none, collector, function };
  Lost lost = Lost::none;
  Registry registry;
};

// Without memory a scrape throws std::bad_alloc. In a collector or a function it is an error of the collector or
// function, as any exception is: its samples are left out.
class ScrapeWithoutMemory : public testing::Test {
 protected:
  static void expect_survival(const std::string& name, const ExpositionRequest& request, bool utf8_names = false) {
    Everything everything(utf8_names);
    // First without other scrapes in between, because they leave buffers, which the next scrape does not allocate.
    for_each_failure_point(name, [&](std::size_t n, Which which) {
      Exposition reply;
      return call_without_memory(n, which, [&] { expose(everything.registry, request, reply); }).has_failed;
    });
    const auto scrape = [&](Everything::Lost lost) {
      everything.lost = lost;
      const Exposition reply = expose(everything.registry, request);
      everything.lost = Everything::Lost::none;
      return reply.body;
    };
    const std::array<std::string, 3> replies{scrape(Everything::Lost::none), scrape(Everything::Lost::collector),
                                             scrape(Everything::Lost::function)};
    EXPECT_NE(replies[0], replies[1]);
    EXPECT_NE(replies[0], replies[2]);
    for_each_failure_point(name + ", repeated", [&](std::size_t n, Which which) {
      Exposition reply;
      const Outcome outcome = call_without_memory(n, which, [&] { expose(everything.registry, request, reply); });
      if (!outcome.has_thrown) {
        EXPECT_NE(std::ranges::find(replies, reply.body), replies.end()) << reply.body;
      }
      expose(everything.registry, request, reply);
      EXPECT_EQ(reply.body, replies[0]) << "the next scrape";
      return outcome.has_failed;
    });
  }
};

constexpr const char* kOpenMetrics = "application/openmetrics-text;version=1.0.0";
constexpr const char* kProtobuf =
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";

TEST_F(ScrapeWithoutMemory, InText) { expect_survival("scrape, text", {}); }

TEST_F(ScrapeWithoutMemory, InOpenMetrics) { expect_survival("scrape, OpenMetrics", {.accept = kOpenMetrics}); }

TEST_F(ScrapeWithoutMemory, InProtobuf) { expect_survival("scrape, protobuf", {.accept = kProtobuf}); }

TEST_F(ScrapeWithoutMemory, InTextWithGzip) { expect_survival("scrape, text with gzip", {.accept_encoding = "gzip"}); }

TEST_F(ScrapeWithoutMemory, InOpenMetricsWithGzip) {
  expect_survival("scrape, OpenMetrics with gzip", {.accept = kOpenMetrics, .accept_encoding = "gzip"});
}

TEST_F(ScrapeWithoutMemory, InProtobufWithGzip) {
  expect_survival("scrape, protobuf with gzip", {.accept = kProtobuf, .accept_encoding = "gzip"});
}

TEST_F(ScrapeWithoutMemory, WithEscapedNames) {
  expect_survival("scrape, escaped names", {.accept = kOpenMetrics}, true);
}

TEST_F(ScrapeWithoutMemory, OfSelectedFamilies) {
  expect_survival("scrape, name[]", {.query = "name[]=native&name[]=wait&name[]=collected_gauge&name[]=depth"});
}

// The collectors of the library read files, so that their values differ from scrape to scrape.
TEST_F(ScrapeWithoutMemory, OfTheCollectorsOfTheLibrary) {
  const Registry registry(silent());
  registry.add(ProcessCollector());
  registry.add(RuntimeCollector({.allocator = true}));
  registry.add(CgroupCollector());
  registry.add(LibraryCollector(registry));
  for_each_failure_point("scrape, collectors of the library", [&](std::size_t n, Which which) {
    const Outcome outcome = call_without_memory(n, which, [&] { static_cast<void>(to_text(registry)); });
    const std::string next = to_text(registry);
    for (const char* name : {"process_cpu_seconds_total ", "cpp_info{", "narthex_scrapes_total "}) {
      EXPECT_NE(next.find(name), std::string::npos) << next;
    }
    return outcome.has_failed;
  });
}

TEST_F(ScrapeWithoutMemory, OfSeveralRegistriesWithTheSameNames) {
  const Everything first;
  const Everything second;
  const Registry registries[]{first.registry, second.registry};
  const std::string expected = to_text(registries);
  for_each_failure_point("scrape, two registries", [&](std::size_t n, Which which) {
    const Outcome outcome = call_without_memory(n, which, [&] { static_cast<void>(to_text(registries)); });
    EXPECT_EQ(to_text(registries), expected);
    return outcome.has_failed;
  });
}

// The line is logged once, and must not be lost.
TEST_F(ScrapeWithoutMemory, LogsTheErrorOfACollectorLater) {
  const auto broken = [](Sink&) {
    throw std::runtime_error("a sensor whose name is longer than a few words is broken");
  };
  const auto clashing = [](Sink& sink) { write_gauge(sink, "level", 1); };
  for_each_failure_point("scrape, broken collector", [&](std::size_t n, Which which) {
    std::vector<std::string> lines;
    lines.reserve(10);
    Registry registry({.diagnostic = [&](std::string_view line) {
      FailingAllocations::end();  // what follows is the program's own
      lines.emplace_back(line);
    }});
    registry.gauge({.name = "level", .help = "G."});
    registry.add(TestCollector("broken", broken));
    registry.add(TestCollector("clashing", clashing));
    const Outcome outcome = call_without_memory(n, which, [&] { static_cast<void>(to_text(registry)); });
    static_cast<void>(to_text(registry));
    const auto count = [&](std::string_view beginning) {
      return std::ranges::count_if(lines, [&](const std::string& line) { return line.starts_with(beginning); });
    };
    EXPECT_EQ(count("collector 'broken' fails: "), 1);
    EXPECT_EQ(count("collector 'clashing': the series 'level' is already served; "), 1);
    return outcome.has_failed;
  });
}

}  // namespace
}  // namespace narthex
