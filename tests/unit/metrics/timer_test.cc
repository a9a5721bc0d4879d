#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "support/sample.h"

namespace narthex {
namespace {

// A histogram, a gauge, and the time of their creation. No measured time may be longer than the time since then.
class TimerTest : public testing::Test {
 protected:
  double count() { return sample(to_text(registry_), "work_seconds_count"); }
  double sum() { return sample(to_text(registry_), "work_seconds_sum"); }

  void expect_plausible(double seconds) {
    EXPECT_GT(seconds, 0);
    EXPECT_LE(seconds, std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count());
  }

  Registry registry_;
  Histogram latency_ = registry_.histogram({.name = "work_seconds", .help = "Time of work.", .buckets = {1000}});
  Gauge last_ = registry_.gauge({.name = "last_work_seconds", .help = "Time of the last work."});

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

using Timing = TimerTest;

TEST_F(TimerTest, ObservesSecondsAtTheEndOfItsScope) {
  {
    const Timer timer(latency_);
    EXPECT_EQ(count(), 0);
  }
  EXPECT_EQ(count(), 1);
  expect_plausible(sum());
}

TEST_F(TimerTest, SetsAGaugeAtTheEndOfItsScope) {
  last_.set(-1);
  {
    const Timer timer(last_);
    EXPECT_EQ(last_.value(), -1);
  }
  expect_plausible(last_.value());
}

TEST_F(TimerTest, AcceptsTheResultOfLabels) {
  const auto latencies = registry_.histogram({.name = "h_seconds", .help = "H."}, {"code"});
  const auto lasts = registry_.gauge({.name = "g_seconds", .help = "G."}, {"code"});
  {
    const Timer histogram_timer(latencies.labels(200));
    const Timer gauge_timer(lasts.labels(200));
  }
  EXPECT_EQ(sample(to_text(registry_), "h_seconds_count{code=\"200\"}"), 1);
  expect_plausible(lasts.labels(200).value());
}

TEST_F(TimerTest, ObservesABlockThatThrows) {
  const auto work = [&] {
    const Timer timer(latency_);
    const Timer last_timer(last_);
    throw std::runtime_error("work");
  };
  EXPECT_THROW(work(), std::runtime_error);
  EXPECT_EQ(count(), 1);
  expect_plausible(last_.value());
}

TEST_F(TimerTest, ObserveNowObservesOnlyOnce) {
  double first = 0;
  {
    Timer timer(latency_);
    first = timer.observe_now();
    EXPECT_EQ(sum(), first);
    EXPECT_GE(timer.observe_now(), first);
  }
  expect_plausible(first);
  EXPECT_EQ(count(), 1);
  EXPECT_EQ(sum(), first);
}

TEST_F(TimerTest, ObserveNowSetsAGaugeOnlyOnce) {
  {
    Timer timer(last_);
    const double seconds = timer.observe_now();
    EXPECT_EQ(last_.value(), seconds);
    expect_plausible(last_.value());
    last_.set(-1);
  }
  EXPECT_EQ(last_.value(), -1);
}

TEST_F(TimerTest, ObservesNothingAfterCancel) {
  {
    Timer timer(latency_);
    Timer last_timer(last_);
    timer.cancel();
    last_timer.cancel();
    expect_plausible(timer.observe_now());
  }
  EXPECT_EQ(count(), 0);
  EXPECT_EQ(last_.value(), 0);
}

TEST_F(TimerTest, ObservesOnceAfterSeveralMoves) {
  {
    std::optional<Timer> first(latency_);
    auto second = std::make_unique<Timer>(*std::exchange(first, std::nullopt));
    const Timer third(std::move(*second));
    second.reset();
    EXPECT_EQ(count(), 0);
  }
  EXPECT_EQ(count(), 1);
}

TEST_F(TimerTest, AcceptsADefaultConstructedHandle) {
  Timer timer{Histogram()};
  const Timer last_timer{Gauge()};
  expect_plausible(timer.observe_now());
}

TEST_F(TimerTest, MayOutliveTheRegistryOfItsHistogram) {
  auto registry = std::make_optional<Registry>();
  const Timer timer(registry->histogram({.name = "work_seconds", .help = "Time of work."}));
  registry.reset();
}

TEST_F(Timing, ReturnsTheResultOfTheFunction) {
  EXPECT_EQ(latency_.time([] { return 7; }), 7);
  EXPECT_EQ(*latency_.time([] { return std::make_unique<int>(8); }), 8);
  std::string text;
  std::string& same = last_.time([&]() -> std::string& { return text; });
  EXPECT_EQ(&same, &text);
  latency_.time([&] { text = "done"; });
  EXPECT_EQ(text, "done");
  EXPECT_EQ(count(), 3);
}

TEST_F(Timing, ObservesWhenTheFunctionReturns) {
  latency_.time([&] { EXPECT_EQ(count(), 0); });
  EXPECT_EQ(count(), 1);
  expect_plausible(sum());
  last_.time([&] { EXPECT_EQ(last_.value(), 0); });
  expect_plausible(last_.value());
}

TEST_F(Timing, ObservesAFunctionThatThrows) {
  const auto fail = [] { throw std::runtime_error("work"); };
  EXPECT_THROW(latency_.time(fail), std::runtime_error);
  EXPECT_THROW(last_.time(fail), std::runtime_error);
  EXPECT_EQ(count(), 1);
  expect_plausible(last_.value());
}

TEST_F(Timing, CanBeCalledOnTheResultOfLabels) {
  const auto latencies = registry_.histogram({.name = "h_seconds", .help = "H."}, {"code"});
  EXPECT_EQ(latencies.labels(200).time([] { return 7; }), 7);
  EXPECT_EQ(sample(to_text(registry_), "h_seconds_count{code=\"200\"}"), 1);
}

TEST_F(Timing, AcceptsFunctionsThatAreCallableOnce) {
  struct Once {
    int operator()() && { return 9; }
  };
  EXPECT_EQ(latency_.time(Once()), 9);
}

}  // namespace
}  // namespace narthex
