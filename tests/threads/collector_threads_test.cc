// Collectors and functions that run while other threads scrape, end registrations, or wait.

#include <atomic>
#include <barrier>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <unistd.h>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "support/manual_clock.h"
#include "support/sample.h"
#include "support/test_collector.h"
#include "support/threads.h"

namespace narthex {
namespace {

// Blocks a call until the test opens it.
class Gate {
 public:
  // Called by the thread that waits.
  void pass() {
    arrived_.set_value();
    open_.get_future().wait();
  }
  void wait_for_arrival() { arrived_.get_future().wait(); }
  void open() { open_.set_value(); }

 private:
  std::promise<void> arrived_;
  std::promise<void> open_;
};

constexpr std::string_view kSlowText = "# HELP slow G.\n# TYPE slow gauge\nslow 1\n";
constexpr std::string_view kQuickText = "# HELP quick G.\n# TYPE quick gauge\nquick 1\n";

// A registry with a slow collector, whose first call waits at a gate.
class SharedCalls : public testing::Test {
 protected:
  // Runs a scrape on another thread, and returns when it is inside the slow collector.
  std::future<std::string> start_slow(ExpositionRequest request = {}) {
    auto text = std::async(std::launch::async,
                           [this, request = std::move(request)] { return expose(registry_, request).body; });
    gate_.wait_for_arrival();
    return text;
  }

  // Runs a scrape on another thread, and returns when it has found the slow collector running: a scrape calls all
  // collectors before it waits.
  std::future<std::string> start_waiting(const ExpositionRequest& request = {}) {
    const auto found = std::make_shared<std::promise<pid_t>>();
    const Registry last;
    last.add(TestCollector("last", [found](Sink&) { found->set_value(::gettid()); }));
    const std::vector<Registry> registries{registry_, last};
    auto text = std::async(std::launch::async, [registries, request] { return expose(registries, request).body; });
    wait_until_blocked(found->get_future().get());
    return text;
  }

  std::string all() const { return to_text(registry_); }
  std::string all_within(std::chrono::milliseconds timeout) const {
    return expose(registry_, {.timeout = timeout}).body;
  }
  std::string number(const std::string& name) const {
    return lines_with(to_text(numbers_), "narthex_collector_" + name + "_total{collector=\"slow\"}");
  }

  Gate gate_;
  std::atomic<int> slow_calls_{0};
  std::function<void()> at_end_of_slow_call_ = [] {};
  Registry registry_{{.diagnostic = [](std::string_view) {}}};
  Registry numbers_;
  Registration slow_ = registry_.add_scoped(TestCollector("slow", [this](Sink& sink) {
    const int call = ++slow_calls_;
    if (call == 1) gate_.pass();
    write_gauge(sink, "slow", call);
    at_end_of_slow_call_();
  }));
  Registration quick_ = registry_.add_scoped(TestCollector("quick", [](Sink& sink) { write_gauge(sink, "quick", 1); }));
  const Registration own_ = numbers_.add_scoped(LibraryCollector(registry_));
  const std::string both_ = std::string(kQuickText) + std::string(kSlowText);
};

TEST_F(SharedCalls, ServeAllScrapesThatRunAtTheSameTime) {
  auto first = start_slow();
  auto without_limit = start_waiting();
  auto with_limit = start_waiting({.timeout = std::chrono::hours(1)});
  auto filtered = start_waiting({.query = "name[]=slow"});
  gate_.open();
  EXPECT_EQ(first.get(), both_);
  EXPECT_EQ(without_limit.get(), both_);
  EXPECT_EQ(with_limit.get(), both_);
  EXPECT_EQ(filtered.get(), kSlowText);
  EXPECT_EQ(slow_calls_, 1);
  EXPECT_EQ(number("skipped"), "narthex_collector_skipped_total{collector=\"slow\"} 0\n");
}

TEST_F(SharedCalls, AreNotFilteredByTheRequestThatMakesThem) {
  auto filtered = start_slow({.query = "name[]=quick"});
  auto waiting = start_waiting();
  gate_.open();
  EXPECT_EQ(filtered.get(), kQuickText);
  EXPECT_EQ(waiting.get(), both_);
  EXPECT_EQ(slow_calls_, 1);
}

TEST_F(SharedCalls, AreNotServedIfTheyThrow) {
  at_end_of_slow_call_ = [] { throw std::runtime_error("no such sensor"); };
  auto first = start_slow();
  auto second = start_waiting();
  auto third = start_waiting();
  gate_.open();
  EXPECT_EQ(first.get(), kQuickText);
  EXPECT_EQ(second.get(), kQuickText);
  EXPECT_EQ(third.get(), kQuickText);
  EXPECT_EQ(slow_calls_, 1);
  EXPECT_EQ(number("errors"), "narthex_collector_errors_total{collector=\"slow\"} 1\n");
  EXPECT_EQ(number("skipped"), "narthex_collector_skipped_total{collector=\"slow\"} 0\n");
}

TEST_F(SharedCalls, AreServedIfTheCollectorIsRemovedMeanwhile) {
  auto first = start_slow();
  auto waiting = start_waiting();
  std::promise<pid_t> ending;
  std::thread owner([&] {
    ending.set_value(::gettid());
    slow_ = Registration();
  });
  wait_until_blocked(ending.get_future().get());
  EXPECT_EQ(all(), kQuickText) << "a scrape that begins after the removal does not wait";
  gate_.open();
  owner.join();
  EXPECT_EQ(first.get(), both_);
  EXPECT_EQ(waiting.get(), both_);
  EXPECT_EQ(all(), kQuickText);
}

TEST_F(SharedCalls, AreServedIfTheCollectorRemovesItself) {
  at_end_of_slow_call_ = [this] { slow_ = Registration(); };
  auto first = start_slow();
  auto waiting = start_waiting();
  gate_.open();
  EXPECT_EQ(first.get(), both_);
  EXPECT_EQ(waiting.get(), both_);
  EXPECT_EQ(all(), kQuickText);
}

TEST_F(SharedCalls, AreLeftOutAndCountedAtTheDeadline) {
  auto first = start_slow();
  EXPECT_EQ(lines_with(all_within(std::chrono::milliseconds(-1)), "slow"), "");
  EXPECT_EQ(lines_with(all_within(std::chrono::milliseconds(0)), "slow"), "");
  EXPECT_EQ(lines_with(all_within(std::chrono::milliseconds(1)), "slow"), "");
  gate_.open();
  EXPECT_EQ(first.get(), both_);
  EXPECT_EQ(slow_calls_, 1);
  EXPECT_EQ(number("skipped"), "narthex_collector_skipped_total{collector=\"slow\"} 3\n");
}

// The kernel waits on a clock that the test does not stop. An hour earlier than that clock, each wait ends immediately,
// and the library decides by the stopped clock whether to wait again.
TEST_F(SharedCalls, AreLeftOutAfterTenSecondsWithoutATimeLimit) {
  ManualClock clock;
  clock.advance(-std::chrono::hours(1));
  auto first = start_slow();
  std::string text;
  std::chrono::steady_clock::duration waited{};
  {
    const Repeatedly ticking([&] { clock.advance(std::chrono::milliseconds(1)); });
    const auto start = std::chrono::steady_clock::now();
    text = all();
    waited = std::chrono::steady_clock::now() - start;
  }
  EXPECT_EQ(text, kQuickText);
  EXPECT_GE(waited, std::chrono::seconds(10));
  gate_.open();
  EXPECT_EQ(first.get(), both_);
}

// A nested scrape that waits would wait for an hour.
TEST_F(SharedCalls, AreNotAwaitedByANestedScrape) {
  std::string inner;
  const Registration nested = registry_.add_scoped(TestCollector("nested", [&](Sink& sink) {
    write_gauge(sink, "nested", 1);
    if (inner.empty()) {
      inner = all_within(std::chrono::hours(1));
      gate_.open();
    }
  }));
  auto first = start_slow();
  EXPECT_EQ(all(), "# HELP nested G.\n# TYPE nested gauge\nnested 1\n" + both_);
  EXPECT_EQ(inner, kQuickText);
  EXPECT_EQ(lines_with(first.get(), "slow"), "slow 1\n");
  EXPECT_EQ(slow_calls_, 1);
  EXPECT_EQ(number("skipped"), "narthex_collector_skipped_total{collector=\"slow\"} 1\n");
}

TEST_F(SharedCalls, AreNotServedToScrapesThatBeginLater) {
  Gate gate;
  Registry other;
  const Registration held = other.gauge_function({.name = "held", .help = "G."}, [&] {
    gate.pass();
    return 1;
  });
  const std::vector<Registry> registries{registry_, other};
  auto first = start_slow();
  auto waiting = std::async(std::launch::async, [&] { return to_text(registries); });
  gate.wait_for_arrival();  // it has found the slow collector running, and does not wait yet
  gate_.open();
  EXPECT_EQ(first.get(), both_);
  EXPECT_EQ(lines_with(all(), "slow"), "slow 2\n");
  gate.open();
  EXPECT_EQ(lines_with(waiting.get(), "slow"), "slow 1\n");
}

// Such a collector waits for a scrape that waits for it. The time limit of that scrape ends this.
TEST_F(SharedCalls, EndTheWaitOfAThreadThatTheCollectorJoins) {
  std::string inner;
  const Registration joining = numbers_.add_scoped(TestCollector("joining", [&](Sink& sink) {
    inner = std::async(std::launch::async, [&] {
              return expose(numbers_, {.timeout = std::chrono::milliseconds(1)}).body;
            }).get();
    write_gauge(sink, "joined", 1);
  }));
  EXPECT_EQ(lines_with(to_text(numbers_), "joined"), "joined 1\n");
  EXPECT_EQ(lines_with(inner, "joined"), "");
}

// Each scrape is nested in the collector that the other one finds running.
TEST(CollectorThreads, CollectorsMayScrapeEachOthersRegistry) {
  Registry registries[2];
  std::barrier both_are_called(2);
  std::atomic<int> calls{0};
  const auto collector = [&](const char* name, const Registry& other) {
    return TestCollector(name, [&calls, &both_are_called, name, &other](Sink& sink) {
      if (++calls <= 2) both_are_called.arrive_and_wait();
      static_cast<void>(expose(other, {.timeout = std::chrono::hours(1)}));
      write_gauge(sink, name, 1);
    });
  };
  const Registration a = registries[0].add_scoped(collector("a", registries[1]));
  const Registration b = registries[1].add_scoped(collector("b", registries[0]));
  auto text = std::async(std::launch::async, [&] { return to_text(registries[1]); });
  EXPECT_EQ(lines_with(to_text(registries[0]), "a"), "a 1\n");
  EXPECT_EQ(lines_with(text.get(), "b"), "b 1\n");
}

TEST(CollectorThreads, EveryScrapeHasTheSamplesOfOneCall) {
  Registry registry;
  double calls = 0;  // written by one thread at a time
  const Registration registration = registry.add_scoped(TestCollector("counting", [&](Sink& sink) {
    ++calls;
    write_gauge(sink, "a", calls);
    std::this_thread::yield();
    write_gauge(sink, "b", calls);
  }));
  on_threads(4, [&](int) {
    double last = 0;
    for (int round = 0; round < 500; ++round) {
      const std::string text = to_text(registry);
      const double value = sample(text, "a");
      EXPECT_GE(value, last);
      EXPECT_EQ(sample(text, "b"), value);
      last = value;
    }
  });
}

TEST(CollectorThreads, ARegistrationEndsOnlyAfterTheCallOnAnotherThread) {
  Registry registry;
  Gate gate;
  std::atomic<bool> call_ended{false};
  auto needed = std::make_unique<int>(7);  // the function uses it, and its owner destroys it
  auto registration = std::make_unique<Registration>(registry.gauge_function({.name = "g", .help = "G."}, [&] {
    gate.pass();
    const double value = *needed;
    call_ended = true;
    return value;
  }));
  auto scrape = std::async(std::launch::async, [&] { return to_text(registry); });
  gate.wait_for_arrival();
  std::promise<pid_t> ending;
  std::thread owner([&] {
    ending.set_value(::gettid());
    registration.reset();
    EXPECT_TRUE(call_ended);
    needed.reset();
  });
  wait_until_blocked(ending.get_future().get());  // otherwise the call could end before the registration ends
  gate.open();
  owner.join();
  EXPECT_EQ(scrape.get(), "# HELP g G.\n# TYPE g gauge\ng 7\n");
  EXPECT_EQ(to_text(registry), "");
}

TEST(CollectorThreads, ARegistrationMayEndInsideItsOwnCall) {
  Registry registry({.diagnostic = [](std::string_view) {}});
  auto alive = std::make_shared<int>(0);
  std::optional<Registration> registration;
  registration = registry.gauge_function({.name = "last", .help = "L."}, [&registration, &registry, alive] {
    registration.reset();
    registry.gauge({.name = "last", .help = "The name is free."});
    return alive.use_count();  // not destroyed during its call
  });
  EXPECT_EQ(alive.use_count(), 2);
  static_cast<void>(to_text(registry));
  EXPECT_EQ(alive.use_count(), 1);
  EXPECT_EQ(to_text(registry), "# HELP last The name is free.\n# TYPE last gauge\nlast 0\n");
}

TEST(CollectorThreads, ACollectorIsDestroyedBeforeItsRegistrationEnds) {
  Registry registry;
  const Repeatedly scraper([&] { static_cast<void>(to_text(registry)); });
  for (int round = 0; round < 2'000; ++round) {
    auto alive = std::make_shared<int>(round);
    Registration registration = registry.gauge_function({.name = "g", .help = "G."}, [alive] { return *alive; });
    if (round % 64 == 0) std::this_thread::yield();
    registration = Registration();
    ASSERT_EQ(alive.use_count(), 1);
  }
}

TEST(CollectorThreads, DefinitionsUpdatesScrapesAndEndsMayBeConcurrent) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 200;
  Registry registry({.labels = {{"host", "h"}}});
  const Registration own = registry.add_scoped(LibraryCollector(registry));
  const Registration shared = registry.add_scoped(TestCollector("shared", [&](Sink& sink) {
    registry.counter({.name = "calls_total", .help = "Calls."}).inc();
    write_gauge(sink, "shared", 1);
    static_cast<void>(to_text(registry));
  }));
  on_threads(kThreads, [&](int thread) {
    for (int round = 0; round < kRounds; ++round) {
      const std::string name(1, static_cast<char>('a' + thread));
      const Registration function = registry.gauge_function({.name = name, .help = "G."}, [round] { return round; });
      EXPECT_EQ(sample(to_text(registry), name + "{host=\"h\"}"), round);
    }
  });
  const std::string text = to_text(registry);
  EXPECT_EQ(lines_with(text, "shared"), "shared{host=\"h\"} 1\n");
  EXPECT_EQ(lines_with(text, "a{"), "");
}

}  // namespace
}  // namespace narthex
