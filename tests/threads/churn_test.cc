// Series that are created and removed while other threads use them.

#include <atomic>
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "support/sample.h"
#include "support/threads.h"

namespace narthex {
namespace {

constexpr int kThreads = 8;

// For a longer run use --gtest_repeat.
TEST(Churn, LosesNoUpdateOfSeriesThatStay) {
  constexpr int kRounds = 20'000;
  constexpr std::size_t kHeld = 4;
  Registry registry({.diagnostic = [](std::string_view) {}});
  const auto some = registry.counter({.name = "some_total", .help = "Some."}, {"what", "who"});
  const auto few = registry.gauge(
      {.name = "few", .help = "Few.", .max_series = 8, .idle_timeout = std::chrono::milliseconds(1)}, {"what"});
  const auto times = registry.histogram({.name = "times", .help = "Times.", .buckets = {1, 2}}, {"what"});
  const Counter stays = some.labels("stays", "all");
  {
    const Repeatedly remover([&] {
      for (int what = 0; what < 8; ++what) some.remove_matching({{"what", std::to_string(what)}});
      few.clear();
      times.clear();
    });
    const Repeatedly scraper([&] {
      const std::string text = to_text(registry);
      EXPECT_GE(sample(text, R"(some_total{what="stays",who="all"})"), 0);
    });
    on_threads(kThreads, [&](int thread) {
      std::vector<Counter> held(kHeld);
      for (int i = 0; i < kRounds; ++i) {
        const std::size_t turn = static_cast<std::size_t>(i);
        held[turn % kHeld] = some.labels(i % 8, thread % 2);
        held[(turn + 1) % kHeld].inc();
        some.labels("stays", "all").inc();
        stays.inc();
        few.labels(i % 16).set(i);
        times.labels(i % 4).observe(1);
        if (const auto found = times.find(i % 3)) found->observe(2);
      }
    });
  }
  EXPECT_EQ(stays.value(), 2 * kThreads * kRounds);
  EXPECT_EQ(sample(to_text(registry), R"(some_total{what="stays",who="all"})"), 2 * kThreads * kRounds);
}

}  // namespace
}  // namespace narthex
