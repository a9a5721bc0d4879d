// Families with closed labels, while series are created, removed, and served.

#include <atomic>
#include <barrier>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/enum_family.h>
#include <narthex/narthex.h>

#include "support/sample.h"
#include "support/threads.h"

namespace narthex {
namespace {

constexpr int kThreads = 4;

using Counters = EnumFamily<Counter, std::size_t>;

Counters counters(const Registry& registry, std::size_t size) {
  std::vector<std::string> values(size);
  for (std::size_t i = 0; i < size; ++i) values[i] = std::to_string(i);
  return registry.counter({.name = "hits_total", .help = "Hits."}, ClosedLabel<std::size_t>("what", values));
}

// Threads use new series at the same time. Each must find them complete, and all must find the same ones.
TEST(EnumFamilyThreads, CreateEachSeriesOnce) {
  constexpr std::size_t kSize = 64;
  for (int round = 0; round < 50; ++round) {
    const Registry registry;
    const Counters family = counters(registry, kSize);
    std::barrier together(kThreads);
    on_threads(kThreads, [&](int) {
      for (std::size_t what = 0; what < kSize; ++what) {
        together.arrive_and_wait();
        for (int i = 0; i < 10; ++i) family.at(what).inc();
      }
    });
    for (std::size_t what = 0; what < kSize; ++what) ASSERT_EQ(family.at(what).value(), 10 * kThreads) << what;
  }
}

// A reader that never takes the slow path must find a series fully constructed.
TEST(EnumFamilyThreads, FindEachSeriesFullyConstructed) {
  constexpr std::size_t kSize = 16;
  for (int round = 0; round < 200; ++round) {
    const Registry registry;
    const Counters family = counters(registry, kSize);
    std::atomic<bool> is_done{false};
    on_threads(2, [&](int thread) {
      if (thread == 0) {
        for (std::size_t what = 0; what < kSize; ++what) family.at(what).inc();
        is_done.store(true, std::memory_order_relaxed);
      }
      while (!is_done.load(std::memory_order_relaxed)) {
        for (std::size_t what = 0; what < kSize; ++what) family.at(what).inc();
      }
    });
  }
}

// No update is lost, and none uses memory that was freed, while other threads remove what is updated.
TEST(EnumFamilyThreads, LoseNoUpdateWhileSeriesAreRemoved) {
  constexpr int kRounds = 20'000;
  const Registry registry({.diagnostic = [](std::string_view) {}});  // of the overflow series
  const Counters family = counters(registry, 2);
  std::atomic<int> running{kThreads};
  on_threads(kThreads + 1, [&](int thread) {
    if (thread == kThreads) {
      while (running.load() != 0) {
        family.remove(0);
        family.clear();
      }
      return;
    }
    for (int i = 0; i < kRounds; ++i) {
      const MetricRef<Counter> found = family.at(static_cast<std::size_t>(i % 2));
      found.inc();
      found.inc();
      if (i % 1'000 == 0) family.at(2).inc();
    }
    running.fetch_sub(1);
  });
  EXPECT_EQ(family.at(0).value(), kThreads * kRounds);
  EXPECT_EQ(family.at(1).value(), kThreads * kRounds);
  EXPECT_EQ(family.at(2).value(), kThreads * kRounds / 1'000);
}

// A series that at() has returned is served until it is removed. If it was hidden although at() finds it, it would stay
// hidden.
TEST(EnumFamilyThreads, ServeWhatAtHasReturnedLast) {
  constexpr int kTimes = 10'000;
  for (int round = 0; round < 40; ++round) {
    const Registry registry;
    const Counters family = counters(registry, 1);
    on_threads(kThreads, [&](int thread) {
      for (int i = 0; i < kTimes; ++i) {
        if (thread == 0) {
          family.clear();
        } else {
          family.at(0).inc();
        }
      }
    });
    family.at(0).inc();
    ASSERT_EQ(sample(to_text(registry), "hits_total{what=\"0\"}"), (kThreads - 1) * kTimes + 1);
  }
}

// Counters do not decrease, and no series is served twice, although series come and go.
TEST(EnumFamilyThreads, NeverServeLessThanBefore) {
  constexpr std::size_t kSize = 8;
  const Registry registry;
  const Counters family = counters(registry, kSize);
  const Repeatedly updates([&] {
    for (std::size_t what = 0; what < kSize; ++what) family.at(what).inc();
  });
  const Repeatedly removals([&] {
    for (std::size_t what = 0; what < kSize; ++what) family.remove(what);
  });
  std::vector<double> before(kSize, 0);
  for (int i = 0; i < 2'000; ++i) {
    const std::string text = to_text(registry);
    for (std::size_t what = 0; what < kSize; ++what) {
      const std::string key = "hits_total{what=\"" + std::to_string(what) + "\"}";
      const std::size_t first = text.find(key);
      if (first == std::string::npos) continue;
      ASSERT_EQ(text.find(key, first + 1), std::string::npos) << text;
      const double now = sample(text, key);
      ASSERT_GE(now, before[what]);
      before[what] = now;
    }
  }
}

// Families end on one thread while others still use their handles and create series.
TEST(EnumFamilyThreads, OutliveTheirRegistry) {
  for (int round = 0; round < 100; ++round) {
    auto registry = std::make_unique<Registry>();
    const Counters family = counters(*registry, 8);
    on_threads(3, [&](int thread) {
      if (thread == 0) {
        registry->remove(family);
        registry.reset();
        return;
      }
      const Counters own = family;  // NOLINT(performance-unnecessary-copy-initialization): a handle of its own
      Counter kept;
      for (std::size_t i = 0; i < 100; ++i) {
        kept = own.at(i % 8);
        kept.inc();
        own.remove((i + 4) % 8);
      }
    });
    double all = 0;
    for (std::size_t what = 0; what < 8; ++what) all += family.at(what).value();
    ASSERT_EQ(all, 200);
  }
}

}  // namespace
}  // namespace narthex
