// Rejected updates, while the names of metrics come and go.

#include <cstdint>
#include <map>
#include <string>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "support/rejected_updates.h"
#include "support/threads.h"

namespace narthex {
namespace {

constexpr int kThreads = 4;
constexpr int kNames = 1'000;
constexpr std::uint64_t kRejected = 4;  // for each name

using Counts = std::map<std::string, std::uint64_t>;

Counts counts() { return detail::rejected_updates().by_name(); }

std::uint64_t sum(const Counts& counts) {
  std::uint64_t all = 0;
  for (const auto& [name, count] : counts) all += count;
  return all;
}

// Defines a metric, removes it, and updates it before and after that.
void come_and_go(const Registry& registry, const std::string& name) {
  const Counter counter = registry.counter({.name = name, .help = "Defined."});
  counter.inc(-1);
  registry.remove(name);
  for (std::uint64_t i = 1; i < kRejected; ++i) counter.inc(-1);
}

TEST(RejectedUpdatesThreads, CountEachUpdateOnceWhileNamesComeAndGo) {
  Registry registry;
  const Counter steady = registry.counter({.name = "steady_total", .help = "Steady."});
  const std::uint64_t sum_before = sum(counts());
  const std::uint64_t steady_before = counts()["steady_total"];
  {
    std::uint64_t last_sum = sum_before;
    std::uint64_t last_steady = steady_before;
    const Repeatedly scraper([&] {
      Counts now = counts();
      EXPECT_GE(sum(now), last_sum);
      EXPECT_GE(now["steady_total"], last_steady);
      last_sum = sum(now);
      last_steady = now["steady_total"];
    });
    on_threads(kThreads, [&](int thread) {
      for (int i = 0; i < kNames; ++i) {
        come_and_go(registry, "name_" + std::to_string(thread) + "_" + std::to_string(i));
        steady.inc(-1);
      }
    });
  }
  EXPECT_EQ(counts()["steady_total"] - steady_before, kThreads * kNames);
  EXPECT_EQ(sum(counts()) - sum_before, kThreads * kNames * (kRejected + 1));
}

TEST(RejectedUpdatesThreads, CountUnderTheNameOfTheSeriesAfterItsFamilyIsDestroyed) {
  Counter held[kThreads];
  Registry registry;
  on_threads(kThreads, [&](int thread) {
    const std::string own = std::to_string(thread);
    held[thread] = Registry().counter({.name = "held_" + own, .help = "Held."});
    for (int i = 0; i < kNames; ++i) {
      registry.counter({.name = "other_" + own + "_" + std::to_string(i), .help = "Other."});
      registry.remove("other_" + own + "_" + std::to_string(i));
    }
    held[thread].inc(-1);
  });
  Counts now = counts();
  for (int thread = 0; thread < kThreads; ++thread) EXPECT_EQ(now["held_" + std::to_string(thread)], 1u) << thread;
}

}  // namespace
}  // namespace narthex
