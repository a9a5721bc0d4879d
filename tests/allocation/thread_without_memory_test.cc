// The first update of a thread that gets no memory from the system. Compiled a second time with TAKES_FIRST_KEYS, where
// the program has used the 32 thread-specific keys that need no memory.

#include <pthread.h>

#include <cstddef>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

// NOLINTBEGIN(bugprone-reserved-identifier): glibc's names
extern "C" void* __libc_malloc(std::size_t size);
extern "C" void* __libc_calloc(std::size_t count, std::size_t size);
extern "C" void* __libc_memalign(std::size_t alignment, std::size_t size);
// NOLINTEND(bugprone-reserved-identifier)

namespace {
constinit thread_local bool t_has_memory = true;
}

// They take the place of glibc's functions, in glibc too.
extern "C" void* malloc(std::size_t size) { return t_has_memory ? __libc_malloc(size) : nullptr; }
extern "C" void* calloc(std::size_t count, std::size_t size) {
  return t_has_memory ? __libc_calloc(count, size) : nullptr;
}
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) {
  return t_has_memory ? __libc_memalign(alignment, size) : nullptr;
}

#ifdef TAKES_FIRST_KEYS
// Before the constructors of narthex.
[[gnu::constructor(101)]] static void take_first_keys() {
  pthread_key_t key;
  for (int i = 0; i < 32; ++i) pthread_key_create(&key, nullptr);
}
#endif

namespace narthex {
namespace {

constexpr int kHot = 10'000;  // updates after which a series has cells
constexpr int kUpdates = 1'000;

class ThreadWithoutMemory : public testing::Test {
 protected:
  ThreadWithoutMemory() {
    for (int i = 0; i < kHot; ++i) update();
  }

  void update() const {
    counter_.inc();
    gauge_.inc(2);
    histogram_.observe(1);
    native_.observe(1);
    states_.set("on", true);
    used_.inc();
  }

  // Updates all metrics on a new thread.
  void update_on_a_thread(bool has_memory) {
    std::thread([&] {
      t_has_memory = has_memory;
      for (int i = 0; i < kUpdates; ++i) update();
      t_has_memory = true;
    }).join();
  }

  void expect_updates(int count) {
    EXPECT_EQ(counter_.value(), count);
    EXPECT_EQ(gauge_.value(), 2 * count);
    EXPECT_EQ(used_.value(), count);
    const std::string text = to_text(registry_);
    const std::string n = std::to_string(count);
    EXPECT_NE(text.find("\nwork_count " + n + "\n"), std::string::npos) << text;
    EXPECT_NE(text.find("\nnative_work_count " + n + "\n"), std::string::npos) << text;
  }

  Registry registry_;
  const Counter counter_ = registry_.counter({.name = "hits_total", .help = "Hits."});
  const Gauge gauge_ = registry_.gauge({.name = "level", .help = "Level."});
  const Histogram histogram_ = registry_.histogram({.name = "work", .help = "Work.", .buckets = {1, 2}});
  const Histogram native_ = registry_.histogram({.name = "native_work", .help = "Work.", .native = {}});
  const StateSet states_ = registry_.state_set({.name = "state", .help = "State.", .states = {"on"}});
  const Counter used_ = registry_.counter({.name = "uses_total", .help = "Uses."}, {"user"}).labels("a");
};

TEST_F(ThreadWithoutMemory, UpdatesMetricsWithTheShardOfAThreadThatEnded) {
  update_on_a_thread(true);
  for (int i = 0; i < 3; ++i) update_on_a_thread(false);
  expect_updates(kHot + 4 * kUpdates);
}

TEST_F(ThreadWithoutMemory, UpdatesMetricsWithoutAShard) {
  update_on_a_thread(false);
  update_on_a_thread(true);
  expect_updates(kHot + 2 * kUpdates);
}

TEST_F(ThreadWithoutMemory, HasAShardWhenThereIsMemoryAgain) {
  update_on_a_thread(true);
  std::thread([&] {
    t_has_memory = false;
    update();
    t_has_memory = true;
    for (int i = 0; i < kUpdates; ++i) update();
  }).join();
  expect_updates(kHot + 2 * kUpdates + 1);
}

}  // namespace
}  // namespace narthex
