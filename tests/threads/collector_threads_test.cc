// Collectors and functions that run while other threads scrape, end registrations, or wait.

#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <unistd.h>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

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

TEST(CollectorThreads, ConcurrentScrapesSkipACollectorThatHangs) {
  Registry registry;
  Registry numbers;
  const Registration own = numbers.add_scoped(LibraryCollector(registry));
  registry.counter({.name = "healthy_total", .help = "Healthy."});
  Gate gate;
  std::atomic<bool> hangs{true};
  const Registration registration = registry.add_scoped(TestCollector("hangs", [&](Sink& sink) {
    if (hangs.exchange(false)) gate.pass();
    write_gauge(sink, "late", 1);
  }));
  const std::string healthy = "# HELP healthy_total Healthy.\n# TYPE healthy_total counter\nhealthy_total 0\n";
  const std::string all = healthy + "# HELP late G.\n# TYPE late gauge\nlate 1\n";
  auto delayed = std::async(std::launch::async, [&] { return to_text(registry); });
  gate.wait_for_arrival();
  EXPECT_EQ(to_text(registry), healthy);
  EXPECT_EQ(to_text(registry), healthy);
  gate.open();
  EXPECT_EQ(delayed.get(), all);
  EXPECT_EQ(to_text(registry), all);
  EXPECT_EQ(lines_with(to_text(numbers), "narthex_collector_skipped_total"),
            "narthex_collector_skipped_total{collector=\"hangs\"} 2\n");
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
      const std::string line = lines_with(to_text(registry), name + "{");
      if (line.empty()) continue;  // another scrape was calling the collector
      EXPECT_EQ(sample(line, name + "{host=\"h\"}"), round);
    }
  });
  const std::string text = to_text(registry);
  EXPECT_EQ(lines_with(text, "shared"), "shared{host=\"h\"} 1\n");
  EXPECT_EQ(lines_with(text, "a{"), "");
}

}  // namespace
}  // namespace narthex
