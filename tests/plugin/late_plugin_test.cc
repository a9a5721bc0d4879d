// A program that loads narthex after its threads have started. The loader provides the thread-local word that finds the
// cells of a thread to old and new threads.

#include <latch>
#include <optional>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "plugin.h"
#include "support/threads.h"

namespace narthex {
namespace {

constexpr int kUpdates = 10'000;  // more than a series needs to have cells

TEST(LatePlugin, WorksOnThreadsOlderAndYoungerThanIt) {
  std::latch loaded(1);
  std::optional<Plugin> plugin;
  const auto work = [&] { plugin->find<void(int)>("hit")(kUpdates); };
  std::vector<std::thread> older;
  for (int i = 0; i < 4; ++i) {
    older.emplace_back([&] {
      loaded.wait();
      work();
    });
  }
  plugin.emplace();
  loaded.count_down();
  on_threads(4, [&](int) { work(); });
  work();
  for (std::thread& thread : older) thread.join();
  EXPECT_EQ(plugin->find<double()>("hits")(), 9 * kUpdates);
}

TEST(LatePlugin, MayGoBeforeTheThreadsThatUsedIt) {
  std::latch used(4);
  std::latch gone(1);
  std::vector<std::thread> threads;
  {
    const Plugin plugin;
    auto* const hit = plugin.find<void(int)>("hit");
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&, hit] {
        hit(kUpdates);
        used.count_down();
        gone.wait();
      });
    }
    used.wait();
  }
  EXPECT_FALSE(Plugin::is_loaded());
  gone.count_down();
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace narthex
