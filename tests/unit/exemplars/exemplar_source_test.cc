// Exemplars of updates without labels, from the function in ExemplarOptions.

#include <chrono>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "base/totals.h"
#include "support/exemplar_sink.h"
#include "support/manual_clock.h"
#include "support/sample.h"

namespace narthex {
namespace {

using Shown = ExemplarSink::Exemplars;
using std::chrono::milliseconds;

// A thread whose call returns no trace waits before its next call. A thread of its own keeps tests independent.
template <class Work>
void on_a_new_thread(Work work) {
  std::thread(work).join();
}

// The function returns the labels of `trace_`, or no labels if it is empty.
class ExemplarSourceTest : public testing::Test {
 protected:
  RegistryOptions options(milliseconds min_interval = milliseconds(0)) {
    const auto labels = [this]() -> Labels {
      ++calls_;
      if (trace_.empty()) return {};
      return {{"trace_id", trace_}};
    };
    return {.exemplars = {.labels = labels, .min_interval = min_interval}};
  }

  // After a call without a trace, the next call happens when the coarse clock has advanced.
  template <class Update>
  void until_called(Update update) {
    for (const int before = calls_; calls_ == before;) {
      clock_.advance(milliseconds(1));
      update();
    }
  }

  ManualClock clock_;
  std::string trace_ = "a";
  int calls_ = 0;
};

TEST_F(ExemplarSourceTest, HasNulReplaced) {
  Registry registry(options());
  trace_ = std::string("a\0b", 3);
  registry.counter({.name = "hits_total", .help = "Hits."}).inc();
  EXPECT_EQ(exemplars_of(registry), (Shown{{"", "{trace_id=\"a\uFFFDb\"} 1"}}));
}

TEST_F(ExemplarSourceTest, IsCalledOncePerCounterAndScrape) {
  Registry registry(options());
  const auto hits = registry.counter({.name = "hits_total", .help = "Hits."}, {"what"});
  const auto update = [&] {
    for (int i = 1; i <= 10'000; ++i) {  // cold, then hot
      hits.labels("kept").inc(i);
      hits.labels("other").inc();
    }
  };
  update();
  EXPECT_EQ(calls_, 2);
  trace_ = "b";
  EXPECT_EQ(exemplars_of(registry),
            (Shown{{"what=\"kept\"", "{trace_id=\"a\"} 1"}, {"what=\"other\"", "{trace_id=\"a\"} 1"}}));
  update();
  EXPECT_EQ(calls_, 4);
  EXPECT_EQ(exemplars_of(registry),
            (Shown{{"what=\"kept\"", "{trace_id=\"b\"} 1"}, {"what=\"other\"", "{trace_id=\"b\"} 1"}}));
  EXPECT_EQ(sample(to_text(registry), "hits_total{what=\"kept\"}"), 2 * 50'005'000) << "all updates count";
}

TEST_F(ExemplarSourceTest, IsCalledOncePerBucketAndScrape) {
  Registry registry(options());
  const Histogram sizes = registry.histogram({.name = "size_bytes", .help = "Sizes.", .buckets = {1, 2, 4}});
  for (int scrape = 1; scrape <= 2; ++scrape) {
    for (int i = 0; i < 4000; ++i) sizes.observe(i == 2500 ? 3 : i % 2 + 0.5);
    EXPECT_EQ(calls_, 3 * scrape);
    EXPECT_EQ(exemplars_of(registry),
              (Shown{{"1", "{trace_id=\"a\"} 0.5"}, {"2", "{trace_id=\"a\"} 1.5"}, {"4", "{trace_id=\"a\"} 3"}}));
  }
}

TEST_F(ExemplarSourceTest, IsCalledForABucketThatIsRarelyHit) {
  Registry registry(options());
  const Histogram sizes = registry.histogram({.name = "size_bytes", .help = "Sizes.", .buckets = {1}});
  for (int i = 0; i < 10'000; ++i) sizes.observe(0.5);
  EXPECT_EQ(calls_, 1);
  sizes.observe(2);
  EXPECT_EQ(calls_, 2);
}

TEST_F(ExemplarSourceTest, IsCalledForAMetricAfterAnotherMetricGotNoTrace) {
  Registry registry(options());
  const Counter outside = registry.counter({.name = "outside_total", .help = "Outside of a trace."});
  const Counter inside = registry.counter({.name = "inside_total", .help = "Inside."});
  trace_ = "";
  outside.inc();
  trace_ = "b";
  inside.inc();
  EXPECT_EQ(exemplars_of(registry).size(), 1u);
}

TEST_F(ExemplarSourceTest, IsNotCalledAgainBeforeTheIntervalEnds) {
  Registry registry(options(std::chrono::hours(1)));
  const Counter hits = registry.counter({.name = "hits_total", .help = "Hits."});
  for (int scrape = 0; scrape < 5; ++scrape) {
    hits.inc();
    EXPECT_EQ(exemplars_of(registry).size(), 1u);
  }
  EXPECT_EQ(calls_, 1);
}

TEST_F(ExemplarSourceTest, IsCalledAgainUntilThereIsATrace) {
  Registry registry(options());
  const Counter hits = registry.counter({.name = "hits_total", .help = "Hits."});
  trace_ = "";
  until_called([&] { hits.inc(); });
  hits.inc();
  EXPECT_EQ(exemplars_of(registry), Shown());
  trace_ = "c";
  until_called([&] { hits.inc(2); });
  EXPECT_EQ(exemplars_of(registry), (Shown{{"", "{trace_id=\"c\"} 2"}}));
}

// Code without a trace may update a metric millions of times per second.
TEST_F(ExemplarSourceTest, IsCalledRarelyWhileThereIsNoTrace) {
  Registry registry(options());
  const Counter hits = registry.counter({.name = "hits_total", .help = "Hits."});
  trace_ = "";
  constexpr int kUpdates = 100'000;
  on_a_new_thread([&] {
    for (int i = 0; i < kUpdates; ++i) {
      if (i % 1'000 == 0) clock_.advance(milliseconds(1));
      hits.inc();
    }
  });
  EXPECT_GE(calls_, 1);
  EXPECT_LE(calls_, 100) << "at most once per millisecond";
  EXPECT_EQ(hits.value(), kUpdates);
}

TEST_F(ExemplarSourceTest, IsNotCalledIfTheUpdateHasAnExemplar) {
  Registry registry(options());
  const Counter hits = registry.counter({.name = "hits_total", .help = "Hits."});
  hits.inc(1, {{"job", "7"}});
  hits.inc();
  EXPECT_EQ(exemplars_of(registry), (Shown{{"", "{job=\"7\"} 1"}}));
  EXPECT_EQ(calls_, 0);
}

TEST_F(ExemplarSourceTest, IsNotCalledForNaNAndRejectedUpdates) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  Registry registry(options());
  registry.counter({.name = "hits_total", .help = "Hits."}).inc(-1);
  registry.counter({.name = "hits_total", .help = "Hits."}).inc(kNaN);
  registry.histogram({.name = "size_bytes", .help = "Sizes."}).observe(kNaN);
  registry.gauge({.name = "level", .help = "Level."}).set(1);
  EXPECT_EQ(exemplars_of(registry), Shown());
  EXPECT_EQ(calls_, 0);
}

TEST_F(ExemplarSourceTest, IsCalledAfterItsRegistryIsDestroyed) {
  std::optional<Registry> registry(options());
  const Counter hits = registry->counter({.name = "hits_total", .help = "Hits."});
  registry.reset();
  hits.inc();
  EXPECT_EQ(calls_, 1);
  EXPECT_EQ(hits.value(), 1);
}

TEST_F(ExemplarSourceTest, WorksForSeriesThatExpire) {
  Registry registry(options());
  const auto busy =
      registry.counter({.name = "busy_total", .help = "B.", .idle_timeout = std::chrono::hours(1)}, {"n"});
  const auto idle = registry.counter({.name = "idle_total", .help = "I.", .idle_timeout = milliseconds(1)}, {"n"});
  for (int scrape = 1; scrape <= 10; ++scrape) {  // each update renews the series and its exemplar
    trace_ = std::to_string(scrape);
    busy.labels(1).inc();
    EXPECT_EQ(exemplars_of(registry), (Shown{{"n=\"1\"", "{trace_id=\"" + trace_ + "\"} 1"}}));
  }
  EXPECT_EQ(calls_, 10);
  idle.labels(2).inc();
  while (to_text(registry).find("idle_total{") != std::string::npos) clock_.advance(milliseconds(1));
  EXPECT_EQ(busy.labels(1).value(), 10);
}

TEST(ExemplarSource, MayThrow) {
  const auto errors = [] { return detail::totals().exemplar_errors.load(); };
  Registry registry({.exemplars = {.labels = []() -> Labels { throw std::runtime_error("no tracer"); }}});
  const Counter hits = registry.counter({.name = "hits_total", .help = "Hits."});
  const std::uint64_t before = errors();
  on_a_new_thread([&] { hits.inc(); });
  EXPECT_EQ(errors() - before, 1u);
  EXPECT_EQ(hits.value(), 1);
  EXPECT_EQ(exemplars_of(registry), Shown());
}

TEST(ExemplarSource, MayReturnInvalidLabels) {
  const auto refused = [] { return detail::totals().refused_exemplars.load(); };
  Registry registry({.exemplars = {.labels = [] { return Labels{{"trace.id", "a"}}; }}});
  const Counter hits = registry.counter({.name = "hits_total", .help = "Hits."});
  const std::uint64_t before = refused();
  on_a_new_thread([&] { hits.inc(); });
  EXPECT_EQ(refused() - before, 1u);
  EXPECT_EQ(hits.value(), 1);
  EXPECT_EQ(exemplars_of(registry), Shown());
}

TEST(ExemplarSource, MayUpdateTheMetricThatCallsIt) {
  Counter hits;
  Registry registry({.exemplars = {.labels =
                                       [&] {
                                         hits.inc(10);
                                         return Labels{{"trace_id", "a"}};
                                       },
                                   .min_interval = milliseconds(0)}});
  hits = registry.counter({.name = "hits_total", .help = "Hits."});
  on_a_new_thread([&] { hits.inc(); });
  EXPECT_EQ(hits.value(), 11);
  EXPECT_EQ(exemplars_of(registry), (Shown{{"", "{trace_id=\"a\"} 1"}}));
}

TEST(ExemplarSource, MayScrape) {
  std::optional<Registry> registry;
  int scrapes = 0;
  registry.emplace(RegistryOptions{.exemplars = {.labels = [&] {
                                     EXPECT_EQ(exemplars_of(*registry), Shown());
                                     ++scrapes;
                                     return Labels{{"trace_id", "a"}};
                                   }}});
  const Counter hits = registry->counter({.name = "hits_total", .help = "Hits."});
  on_a_new_thread([&] { hits.inc(); });
  EXPECT_EQ(scrapes, 1);
  EXPECT_EQ(exemplars_of(*registry), (Shown{{"", "{trace_id=\"a\"} 1"}}));
}

}  // namespace
}  // namespace narthex
