#include <chrono>
#include <optional>
#include <string>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "sample.h"

namespace narthex {
namespace {

TEST(Timer, ObservesSecondsAtTheEndOfItsScope) {
  Registry registry;
  const Histogram latency = registry.histogram({.name = "work_seconds", .help = "Time of work.", .buckets = {1000}});
  const auto before = std::chrono::steady_clock::now();
  {
    const Timer timer(latency);
    EXPECT_EQ(sample(to_text(registry), "work_seconds_count"), 0);
  }
  const std::chrono::duration<double> longest = std::chrono::steady_clock::now() - before;
  const std::string text = to_text(registry);
  EXPECT_EQ(sample(text, "work_seconds_count"), 1);
  EXPECT_GT(sample(text, "work_seconds_sum"), 0);
  EXPECT_LE(sample(text, "work_seconds_sum"), longest.count());
}

TEST(Timer, OutlivesTheRegistryOfItsHistogram) {
  auto registry = std::make_optional<Registry>();
  const Timer timer(registry->histogram({.name = "work_seconds", .help = "Time of work."}));
  registry.reset();
}

}  // namespace
}  // namespace narthex
