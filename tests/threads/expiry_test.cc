// Eviction of series that are neither updated nor held.

#include <atomic>
#include <barrier>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "support/manual_clock.h"
#include "support/sample.h"
#include "support/threads.h"

namespace narthex {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kIdle{150};
constexpr milliseconds kLonger{250};

bool serves(const Registry& registry, const std::string& what) {
  return to_text(registry).find("what=\"" + what + "\"") != std::string::npos;
}

class ExpiryTest : public testing::Test {
 protected:
  ManualClock clock_;
  Registry registry_;
  Family<Counter, 1> hits_ =
      registry_.counter({.name = "hits_total", .help = "Hits.", .idle_timeout = kIdle}, {"what"});
};

TEST_F(ExpiryTest, EvictsSeriesThatAreNeitherUpdatedNorHeld) {
  hits_.labels("idle").inc();
  const Counter held = hits_.labels("held");
  hits_.labels("busy").inc();
  EXPECT_TRUE(serves(registry_, "idle"));
  for (milliseconds time{0}; time < 2 * kLonger; time += milliseconds(5)) {
    hits_.labels("busy").inc();
    static_cast<void>(to_text(registry_));
    clock_.advance(milliseconds(5));
  }
  EXPECT_FALSE(serves(registry_, "idle"));
  EXPECT_TRUE(serves(registry_, "held"));
  EXPECT_TRUE(serves(registry_, "busy"));
  EXPECT_EQ(hits_.labels("idle").value(), 0) << "a new series starts at 0";
}

TEST_F(ExpiryTest, NeverEvictsTooEarly) {
  hits_.labels("a").inc();
  milliseconds served{0};
  for (; serves(registry_, "a"); served += milliseconds(1)) clock_.advance(milliseconds(1));
  EXPECT_GE(served, kIdle);
}

TEST_F(ExpiryTest, KeepsASeriesWhileAHandleExists) {
  {
    const Counter held = hits_.labels("a");
    clock_.advance(kLonger);
    EXPECT_TRUE(serves(registry_, "a"));
    const auto created = hits_.labels("b");
    hits_.labels("c");
    const auto found = hits_.labels("c");
    clock_.advance(kLonger);
    for (const char* what : {"a", "b", "c"}) EXPECT_TRUE(serves(registry_, what)) << what;
    created.inc();
    found.inc();
  }
  static_cast<void>(to_text(registry_));  // sees that the series was accessed, and notes the time
  clock_.advance(kLonger);
  EXPECT_EQ(to_text(registry_), "");
}

TEST_F(ExpiryTest, CountsAnUpdateToTheSameValueAsAccess) {
  const auto sizes = registry_.gauge({.name = "size_bytes", .help = "Size.", .idle_timeout = kIdle}, {"what"});
  const auto times = registry_.histogram({.name = "time_seconds", .help = "Time.", .idle_timeout = kIdle}, {"what"});
  const auto update = [&] {
    sizes.labels("set").set(1);
    sizes.labels("added").inc(0);
    times.labels("observed").observe(0);
    hits_.labels("counted").inc(0);
  };
  for (int i = 0; i < 20; ++i) {
    update();
    static_cast<void>(to_text(registry_));
    clock_.advance(kIdle / 5);
  }
  for (const char* what : {"set", "added", "observed", "counted"}) EXPECT_TRUE(serves(registry_, what)) << what;
}

TEST_F(ExpiryTest, CountsAnUpdateOfAHotSeriesAsAccess) {
  {
    const Counter hot = hits_.labels("hot");
    for (int i = 0; i < 10'000; ++i) hot.inc();
  }
  for (int i = 0; i < 20; ++i) {
    hits_.labels("hot").inc();
    EXPECT_EQ(sample(to_text(registry_), "hits_total{what=\"hot\"}"), 10'001 + i);
    clock_.advance(kIdle / 5);
  }
}

TEST_F(ExpiryTest, EvictsDuringInsertionsWithoutScrapes) {
  constexpr int kSeries = 20'000;
  const auto many = registry_.counter(
      {.name = "many_total", .help = "Many.", .max_series = 0, .idle_timeout = milliseconds(1)}, {"what"});
  for (int i = 0; i < kSeries; ++i) {
    many.labels(i).inc();
    if (i % 1000 == 0) clock_.advance(milliseconds(40));
  }
  int left = 0;
  for (int i = 0; i < kSeries; ++i) left += many.find(i) ? 1 : 0;
  EXPECT_LT(left, 5'000);
  EXPECT_TRUE(many.find(kSeries - 1));
}

TEST_F(ExpiryTest, AllowsNewSeriesInAFamilyThatWasFull) {
  const auto few =
      registry_.counter({.name = "few_total", .help = "Few.", .max_series = 2, .idle_timeout = kIdle}, {"what"});
  for (const char* what : {"a", "b", "c"}) few.labels(what).inc();
  EXPECT_TRUE(serves(registry_, "__overflow__"));
  clock_.advance(kLonger);
  static_cast<void>(to_text(registry_));
  clock_.advance(kLonger);
  EXPECT_EQ(to_text(registry_), "");
  few.labels("c").inc();
  EXPECT_TRUE(few.find("c"));
}

TEST_F(ExpiryTest, AllowsNewSiblingsOfANameThatWasFull) {
  const auto define = [&](const std::string& of) {
    return registry_.gauge(
        {.name = "depth", .help = "D.", .labels = {{"what", of}}, .max_series = 2, .idle_timeout = kIdle});
  };
  const Gauge held = define("a");
  for (const char* of : {"b", "c"}) define(of).set(1);
  EXPECT_TRUE(serves(registry_, "__overflow__"));
  clock_.advance(kLonger);
  static_cast<void>(to_text(registry_));
  clock_.advance(kLonger);
  EXPECT_EQ(to_text(registry_), "# HELP depth D.\n# TYPE depth gauge\ndepth{what=\"a\"} 0\n");
  for (const char* of : {"d", "e"}) define(of).set(2);
  EXPECT_EQ(to_text(registry_),
            "# HELP depth D.\n# TYPE depth gauge\ndepth{what=\"a\"} 0\ndepth{what=\"d\"} "
            "2\ndepth{what=\"__overflow__\"} 2\n");
}

TEST_F(ExpiryTest, AllowsNewSeriesWhenTheSeriesOfASiblingExpire) {
  const auto define = [&](const char* of) {
    return registry_.counter(
        {.name = "few_total", .help = "Few.", .labels = {{"of", of}}, .max_series = 2, .idle_timeout = kIdle},
        {"what"});
  };
  for (const char* what : {"x", "y"}) define("a").labels(what).inc();
  define("b").labels("z").inc();
  EXPECT_FALSE(define("b").find("z"));
  clock_.advance(kLonger);
  static_cast<void>(to_text(registry_));
  clock_.advance(kLonger);
  EXPECT_EQ(to_text(registry_), "");
  define("b").labels("z").inc();
  EXPECT_TRUE(define("b").find("z"));
}

// A full family has no insertions, so lookups that find no series inspect and evict.
TEST_F(ExpiryTest, EvictsDuringMissesInAFullFamilyWithoutScrapes) {
  const auto few = registry_.counter(
      {.name = "few_total", .help = "Few.", .max_series = 100, .idle_timeout = milliseconds(1)}, {"what"});
  for (int i = 0; i < 100; ++i) few.labels(i).inc();
  const auto flood = [&few] {
    for (int i = 1000; i < 2000; ++i) few.labels(i).inc();
  };
  flood();
  clock_.advance(milliseconds(50));
  flood();
  int left = 0;
  for (int i = 0; i < 100; ++i) left += few.find(i) ? 1 : 0;
  EXPECT_EQ(left, 0);
}

#if !defined(__SANITIZE_THREAD__)  // ThreadSanitizer does not support threads after a fork
TEST_F(ExpiryTest, AllowsTheChildOfAForkToFindAMarkedSeries) {
  const auto idle =
      registry_.counter({.name = "idle_total", .help = "Idle.", .idle_timeout = milliseconds(1)}, {"what"});
  idle.labels("a").inc();
  const auto borrowed = idle.labels("a");  // so it is never evicted
  const Repeatedly scraper([&] { static_cast<void>(to_text(registry_)); });
  clock_.advance(milliseconds(50));
  for (int i = 0; i < 200; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      alarm(10);  // instead of hanging
      idle.labels("a").inc();
      _exit(borrowed.value() == 2 ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "fork " << i << ": " << status;
  }
}
#endif

TEST_F(ExpiryTest, LosesNoUpdateDuringAnEviction) {
  constexpr int kThreads = 4;
  constexpr int kUpdates = 20'000;
  const auto racy =
      registry_.counter({.name = "racy_total", .help = "Racy.", .idle_timeout = milliseconds(1)}, {"what"});
  const Counter kept = racy.labels("kept");
  // Always full, so that each lookup finds the overflow series, which is evicted too.
  const auto full = registry_.counter(
      {.name = "full_total", .help = "Full.", .max_series = 1, .idle_timeout = milliseconds(1)}, {"what"});
  const Counter only = full.labels("only");
  std::atomic<bool> stop{false};
  std::atomic<int> scrapes{0};
  std::thread scraper([&] {
    for (; !stop; ++scrapes) static_cast<void>(to_text(registry_));
  });
  // A scrape sees that no series is updated, then their idle timeout ends. So the threads meet the next scrape, which
  // drops idle series.
  std::barrier pause(kThreads, [&]() noexcept {
    for (const int before = scrapes; scrapes < before + 2;) std::this_thread::yield();
    clock_.advance(milliseconds(30));
  });
  on_threads(kThreads, [&](int) {
    for (int i = 0; i < kUpdates; ++i) {
      if (i % 2000 == 0) pause.arrive_and_wait();
      racy.labels(i % 7).inc();
      full.labels(i).inc();
      racy.labels("kept").inc();
    }
  });
  stop = true;
  scraper.join();
  EXPECT_EQ(kept.value(), kThreads * kUpdates);
}

TEST(Expiry, RejectsANegativeTimeout) {
  Registry registry;
  try {
    registry.counter({.name = "hits_total", .help = "Hits.", .idle_timeout = milliseconds(-5)});
    FAIL() << "accepted";
  } catch (const RegistrationError& error) {
    EXPECT_STREQ(error.what(),
                 "counter 'hits_total': idle_timeout is -5 ms; allowed: 0 or more; 0 means that series do not expire");
  }
}

TEST(Expiry, AcceptsTheLongestTimeout) {
  ManualClock clock;
  Registry registry;
  const auto hits =
      registry.counter({.name = "hits_total", .help = "Hits.", .idle_timeout = milliseconds::max()}, {"what"});
  hits.labels("a").inc();
  static_cast<void>(to_text(registry));
  clock.advance(std::chrono::hours(24 * 200));
  EXPECT_TRUE(serves(registry, "a"));
}

}  // namespace
}  // namespace narthex
