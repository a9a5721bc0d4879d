// A child of fork() can use everything, whatever the other threads of its parent were doing.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "base/mutex.h"
#include "support/rejected_updates.h"
#include "support/sample.h"
#include "support/test_collector.h"
#include "support/threads.h"

namespace narthex {
namespace {

using std::chrono::milliseconds;

constexpr int kForks = 500;
constexpr int kSteady = 12'345;

// Runs `work` and ends the child process. The exit status is 0 if it returns true within ten seconds.
template <class Work>
[[noreturn]] void end_child(Work work) {
  alarm(10);  // instead of hanging
  try {
    _exit(work() ? 0 : 1);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "child: %s\n", error.what());
    _exit(2);
  }
}

// Returns whether `work` returns true in a child process.
template <class Work>
bool passes_in_child(Work work) {
  const pid_t child = fork();
  if (child == 0) end_child(work);
  int status = -1;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

std::string body(const Registry& registry, const std::string& accept) {
  ExpositionRequest request;
  request.accept = accept;
  return expose(registry, request).body;
}

// A registry in which threads do everything that takes a mutex.
class ForkTest : public testing::Test {
 protected:
  ForkTest() {
    for (int i = 0; i < kSteady; ++i) steady_.inc();
    registry_.add(std::make_shared<TestCollector>("probe", [](Sink& sink) { write_gauge(sink, "probe", 7); }));
  }

  // Creates, updates, and removes series of every kind.
  void churn(int seed) const {
    for (int i = seed; i < seed + 8; ++i) {
      requests_.labels(i).inc(1, {{"trace_id", "ab12"}});
      sizes_.labels(i).observe(i);
      waits_.labels(i).observe(i);
      requests_.remove(i);
      sizes_.remove(i);
      waits_.remove(i);
    }
    idle_.labels(seed % 50).inc();
  }

  // Defines and removes a family, a function, and a collector.
  void define(int seed) const {
    const std::string name = "defined_" + std::to_string(seed);
    const Gauge gauge = registry_.gauge({.name = name, .help = "Defined."});
    gauge.set(seed);
    const Registration function =
        registry_.gauge_function({.name = name + "_function", .help = "Function."}, [] { return 1.0; });
    const Registration collector = registry_.add_scoped(std::make_shared<TestCollector>(
        "collector" + std::to_string(seed), [](Sink& sink) { write_gauge(sink, "scoped", 1); }));
    registry_.remove(name);
  }

  void scrape() const {
    static_cast<void>(to_text(registry_));
    static_cast<void>(body(registry_, "application/openmetrics-text"));
    static_cast<void>(body(registry_,
                           "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; "
                           "encoding=delimited"));
  }

  // Does everything once more, and returns whether the values are right.
  bool works() const {
    churn(1000);
    define(1000);  // no other thread defines this name
    scrape();
    steady_.inc();
    requests_.labels("child").inc(2);
    const std::string text = to_text(registry_);
    return sample(text, "steady_total") == kSteady + 1 && sample(text, "probe") == 7 &&
           sample(text, R"(requests_total{code="child"})") == 2;
  }

  Registry registry_;
  Counter steady_ = registry_.counter({.name = "steady_total", .help = "Steady."});
  Family<Counter, 1> requests_ = registry_.counter({.name = "requests_total", .help = "Requests."}, {"code"});
  Family<Counter, 1> idle_ =
      registry_.counter({.name = "idle_total", .help = "Idle.", .idle_timeout = milliseconds(1)}, {"what"});
  Family<Histogram, 1> sizes_ =
      registry_.histogram({.name = "sizes", .help = "Sizes.", .buckets = {1, 10}, .native = {}}, {"what"});
  Family<Summary, 1> waits_ = registry_.summary({.name = "waits", .help = "Waits.", .quantiles = {0.5}}, {"what"});
};

TEST_F(ForkTest, AllowsEverythingInTheChildWhateverOtherThreadsDo) {
  std::atomic<int> seed{0};
  const Repeatedly churner([&] { churn(seed.fetch_add(8) % 800); });
  const Repeatedly definer([&] { define(seed.fetch_add(1) % 10); });
  const Repeatedly scraper([&] { scrape(); });
  const Repeatedly updater([&] { requests_.labels("hot").inc(1, {{"trace_id", "ab12"}}); });
  int failed = 0;
  for (int i = 0; i < kForks; ++i) failed += passes_in_child([&] { return works(); }) ? 0 : 1;
  EXPECT_EQ(failed, 0);
}

TEST_F(ForkTest, CallsAndRemovesACollectorThatAnotherThreadWasCalling) {
  std::atomic<bool> is_blocked{true};
  std::atomic<bool> is_running{false};
  std::optional<Registration> slow = registry_.add_scoped(std::make_shared<TestCollector>("slow", [&](Sink& sink) {
    is_running.store(true);
    while (is_blocked.load()) std::this_thread::yield();
    write_gauge(sink, "slow", 3);
  }));
  std::thread scraper([&] { scrape(); });
  while (!is_running.load()) std::this_thread::yield();
  EXPECT_TRUE(passes_in_child([&] {
    is_blocked.store(false);
    const bool is_served = sample(to_text(registry_), "slow") == 3;
    slow.reset();
    return is_served && works() && to_text(registry_).find("slow 3") == std::string::npos;
  }));
  EXPECT_TRUE(passes_in_child([&] {
    slow.reset();  // without a scrape before
    return works();
  }));
  is_blocked.store(false);
  scraper.join();
}

TEST_F(ForkTest, IsAllowedInsideACollector) {
  std::optional<pid_t> child;
  const Registration forking = registry_.add_scoped(std::make_shared<TestCollector>("forking", [&](Sink& sink) {
    if (!child) child = fork();
    if (*child == 0) alarm(10);  // instead of hanging
    write_gauge(sink, "forking", 5);
  }));
  const Repeatedly churner([&] { churn(1); });
  const bool is_right = sample(to_text(registry_), "forking") == 5 && sample(to_text(registry_), "forking") == 5;
  if (child == 0) end_child([&] { return is_right && works(); });
  EXPECT_TRUE(is_right);
  int status = -1;
  ASSERT_EQ(waitpid(child.value(), &status, 0), child.value());
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

TEST_F(ForkTest, IsAllowedWhileAnotherThreadEndsAGlobalCollector) {
  const Repeatedly scraper([] { static_cast<void>(to_text(Registry::global())); });
  const Repeatedly switcher([] {
    Registry::set_global_collectors({.process = false});
    Registry::set_global_collectors({});
  });
  int failed = 0;
  for (int i = 0; i < kForks / 5; ++i) {
    failed += passes_in_child([] { return !to_text(Registry::global()).empty(); }) ? 0 : 1;
  }
  EXPECT_EQ(failed, 0);
}

// As an allocator may do that is called under the mutex.
TEST_F(ForkTest, IsAllowedUnderAMutexThatAnotherThreadWaitsFor) {
  detail::Mutex mutex;
  std::atomic<pid_t> waiting{0};
  std::unique_lock lock(mutex);
  std::thread other([&] {
    waiting.store(gettid());
    const std::lock_guard other_lock(mutex);
  });
  while (waiting.load() == 0) std::this_thread::yield();
  wait_until_blocked(waiting.load());
  EXPECT_TRUE(passes_in_child([&] {
    lock.unlock();
    return works();
  }));
  lock.unlock();
  other.join();
}

TEST_F(ForkTest, AllowsThreadsInTheChild) {
  std::atomic<int> seed{0};
  const Repeatedly churner([&] { churn(seed.fetch_add(8) % 800); });
  const Repeatedly scraper([&] { scrape(); });
  EXPECT_TRUE(passes_in_child([&] {
    on_threads(4, [&](int index) {
      for (int i = 0; i < 50; ++i) churn(1000 * index + i);
      scrape();
    });
    return works();
  }));
}

TEST_F(ForkTest, LetsTheChildContinueTheCountsOfRejectedUpdates) {
  const std::uint64_t before = rejected_updates_of("steady_total");
  const Repeatedly definer([&] { define(1); });
  steady_.inc(-1);
  EXPECT_TRUE(passes_in_child([&] {
    steady_.inc(-1);
    return rejected_updates_of("steady_total") == before + 2 && works();
  }));
  EXPECT_EQ(rejected_updates_of("steady_total"), before + 1);
}

TEST_F(ForkTest, AllowsAForkOfTheChild) {
  const Repeatedly scraper([&] { scrape(); });
  EXPECT_TRUE(passes_in_child([&] { return passes_in_child([&] { return works(); }); }));
}

TEST_F(ForkTest, AllowsForksOnSeveralThreads) {
  std::atomic<int> failed{0};
  on_threads(4, [&](int) {
    for (int i = 0; i < kForks / 10; ++i) {
      churn(i);
      if (!passes_in_child([&] { return works(); })) failed.fetch_add(1);
    }
  });
  EXPECT_EQ(failed.load(), 0);
}

}  // namespace
}  // namespace narthex
