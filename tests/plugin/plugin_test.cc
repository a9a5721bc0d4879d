// A program and its plugin update the same metrics.

#include <string>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "plugin.h"
#include "support/sample.h"
#include "support/threads.h"

namespace narthex {
namespace {

constexpr int kUpdates = 10'000;  // more than a series needs to have cells

TEST(Plugin, LeavesItsUpdatesWhenItGoes) {
  constexpr int kRounds = 10;
  Registry registry;
  const Counter counter = registry.counter({.name = "hits_total", .help = "Hits."});
  const auto work = [&](int) {
    for (int i = 0; i < kUpdates; ++i) counter.inc();
  };
  work(0);
  double hits = kUpdates;
  for (int round = 0; round < kRounds; ++round) {
    {
      const Plugin plugin;
      plugin.find<void(Registry&, int)>("update")(registry, kUpdates);
      EXPECT_EQ(counter.value(), hits += 5 * kUpdates);
    }
    EXPECT_FALSE(Plugin::is_loaded());
    work(0);
    on_threads(4, work);  // uses the shards that the threads of the plugin have released
    EXPECT_EQ(counter.value(), hits += 5 * kUpdates);
  }
  const std::string text = to_text(registry);
  EXPECT_EQ(sample(text, "hits_total"), hits);
  for (int thread = 0; thread < 5; ++thread) {
    EXPECT_EQ(sample(text, "work_count{thread=\"" + std::to_string(thread) + "\"}"), kRounds * kUpdates);
  }
}

}  // namespace
}  // namespace narthex
