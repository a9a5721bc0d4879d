// The cells of threads: updates of threads that start and end add up to the right value.

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <latch>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "shards/shards.h"
#include "support/sample.h"
#include "support/threads.h"

namespace narthex {
namespace {

constexpr int kThreads = 8;
constexpr int kHot = 10'000;  // updates after which a series has cells

Counter hot_counter(Registry& registry) {
  const Counter counter = registry.counter({.name = "hits_total", .help = "Hits."});
  for (int i = 0; i < kHot; ++i) counter.inc();
  return counter;
}

TEST(Cells, LoseNoUpdateWhenAllThreadsPromoteTheSeries) {
  constexpr int kRounds = 50;
  constexpr int kUpdates = 2'000;
  for (int round = 0; round < kRounds; ++round) {
    Registry registry;
    const Counter counter = registry.counter({.name = "hits_total", .help = "Hits."});
    const Gauge gauge = registry.gauge({.name = "level", .help = "Level."});
    const Histogram histogram = registry.histogram({.name = "work", .help = "Work.", .buckets = {1, 2}});
    on_threads(kThreads, [&](int) {
      for (int i = 0; i < kUpdates; ++i) {
        counter.inc();
        gauge.inc(2);
        histogram.observe(1.5);
      }
    });
    ASSERT_EQ(counter.value(), kThreads * kUpdates);
    ASSERT_EQ(gauge.value(), 2 * kThreads * kUpdates);
    const std::string text = to_text(registry);
    ASSERT_EQ(sample(text, "work_bucket{le=\"2\"}"), kThreads * kUpdates);
    ASSERT_EQ(sample(text, "work_count"), kThreads * kUpdates);
    ASSERT_EQ(sample(text, "work_sum"), 1.5 * kThreads * kUpdates);
  }
}

// The kinds of metrics that sum observations.
std::map<std::string, std::function<void(double)>> sums(Registry& registry) {
  return {
      {"classic", [h = registry.histogram({.name = "classic", .help = "C."})](double v) { h.observe(v); }},
      {"exemplars",
       [h = registry.histogram({.name = "exemplars", .help = "E."})](double v) {
         h.observe(v, {{"trace_id", "1"}});
       }},
      {"native", [h = registry.histogram({.name = "native", .help = "N.", .native = {}})](double v) { h.observe(v); }},
      {"plain", [s = registry.summary({.name = "plain", .help = "P."})](double v) { s.observe(v); }},
      {"quantiles",
       [s = registry.summary({.name = "quantiles", .help = "Q.", .quantiles = {0.5}})](double v) { s.observe(v); }},
  };
}

// One thread observes positive values and another one negative values.
TEST(Cells, DoNotLoseSmallObservationsBesideLargeOppositeOnes) {
  Registry registry;
  for (const auto& [name, observe] : sums(registry)) {
    on_threads(2, [&, &observe = observe](int thread) {
      for (int i = 0; i < kHot; ++i) observe(thread == 0 ? 1 : -1);
    });
    on_threads(2, [&, &observe = observe](int thread) {
      for (int i = 0; i < kHot; ++i) observe(thread == 0 ? 0x1p53 : -0x1p53);
    });
    for (int i = 0; i < 1'000; ++i) observe(1);
    EXPECT_EQ(sample(to_text(registry), name + "_sum"), 1'000) << name;
    EXPECT_EQ(sample(to_text(registry), name + "_count"), 4 * kHot + 1'000) << name;
  }
}

// The positive values are in the cells of their thread when the first negative value comes.
TEST(Cells, DoNotLoseSmallObservationsAfterTheFirstNegativeOne) {
  Registry registry;
  for (const auto& [name, observe] : sums(registry)) {
    on_threads(1, [&, &observe = observe](int) {
      for (int i = 0; i < kHot; ++i) observe(0x1p53);
    });
    on_threads(1, [&, &observe = observe](int) {
      for (int i = 0; i < kHot; ++i) observe(-0x1p53);
    });
    for (int i = 0; i < 1'000; ++i) observe(1);
    EXPECT_EQ(sample(to_text(registry), name + "_sum"), 1'000) << name;
  }
}

TEST(Cells, CompensateTheRoundingErrorsOfOppositeObservations) {
  Registry registry;
  for (const auto& [name, observe] : sums(registry)) {
    for (const double value : {-1, 1}) observe(value);
    on_threads(2, [&, &observe = observe](int thread) {
      for (int i = 0; i < 10 * kHot; ++i) observe(thread == 0 ? 1e9 + 0.1 : -1e9 - 0.1);
    });
    observe(0.001);
    EXPECT_NEAR(sample(to_text(registry), name + "_sum"), 0.001, 1e-9) << name;
  }
}

TEST(Cells, KeepTheirValuesWhenTheirThreadsEnd) {
  constexpr int kGenerations = 100;
  constexpr int kUpdates = 100;
  Registry registry;
  const Counter counter = hot_counter(registry);
  const Histogram histogram = registry.histogram({.name = "work", .help = "Work.", .buckets = {1, 2}});
  for (int i = 0; i < kHot; ++i) histogram.observe(1);
  double before = 0;
  const Repeatedly scraper([&] {
    const std::string text = to_text(registry);
    EXPECT_GE(sample(text, "hits_total"), before);
    before = sample(text, "hits_total");
    EXPECT_EQ(sample(text, "work_bucket{le=\"+Inf\"}"), sample(text, "work_count"));
  });
  for (int generation = 0; generation < kGenerations; ++generation) {
    on_threads(kThreads, [&](int) {
      for (int i = 0; i < kUpdates; ++i) {
        counter.inc();
        histogram.observe(1);
      }
    });
  }
  EXPECT_EQ(counter.value(), kHot + kGenerations * kThreads * kUpdates);
  EXPECT_EQ(sample(to_text(registry), "work_count"), kHot + kGenerations * kThreads * kUpdates);
}

// Each thread marks the shard that it owns. No other owner may find the mark.
TEST(Cells, HaveOneOwnerAtATime) {
  on_threads(4, [](int) {
    for (int i = 0; i < 200'000; ++i) {
      detail::Shard* shard = detail::Shards::acquire();
      ASSERT_EQ(shard->lookup.exchange(shard), nullptr);
      shard->lookup.store(nullptr);
      detail::Shards::release(shard);
    }
  });
}

// The same with more shards than one word of the list has bits.
TEST(Cells, HaveOneOwnerAtATimeAmongMany) {
  on_threads(4, [](int) {
    std::array<detail::Shard*, 20> held{};
    for (int i = 0; i < 5'000; ++i) {
      for (detail::Shard*& shard : held) {
        shard = detail::Shards::acquire();
        ASSERT_EQ(shard->lookup.exchange(shard), nullptr);
      }
      for (detail::Shard* const shard : held) {
        shard->lookup.store(nullptr);
        detail::Shards::release(shard);
      }
    }
  });
}

// Only the shard synchronizes the two threads: all other accesses are relaxed.
TEST(Cells, AreVisibleToTheNextOwnerOfTheShard) {
  struct ReportsItsEnd {
    ~ReportsItsEnd() {
      if (ended) ended->store(true, std::memory_order_relaxed);
    }
    std::atomic<bool>* ended = nullptr;
  };
  for (int round = 0; round < 10; ++round) {
    Registry registry;
    const Histogram histogram = registry.histogram({.name = "work", .help = "Work.", .buckets = {1, 2}});
    for (int i = 0; i < kHot; ++i) histogram.observe(1);
    std::atomic<bool> ended{false};
    on_threads(2, [&](int thread) {
      if (thread == 0) {
        thread_local ReportsItsEnd
            first;  // constructed before the thread acquires a shard, so destroyed after its release
        first.ended = &ended;
      } else {
        while (!ended.load(std::memory_order_relaxed)) std::this_thread::yield();
      }
      histogram.observe(1);
    });
    ASSERT_EQ(sample(to_text(registry), "work_count"), kHot + 2);
  }
}

// Only the pages synchronize the reader with the threads that create them.
TEST(Cells, AreZeroForTheirFirstReader) {
  Registry registry;
  const auto family = registry.counter({.name = "hits_total", .help = "Hits."}, {"what"});
  const Counter used = family.labels("used");
  const Counter idle = family.labels("idle");  // its cell is in the same pages
  for (int i = 0; i < kHot; ++i) {
    used.inc();
    idle.inc();
  }
  std::atomic<int> created{0};
  on_threads(kThreads, [&](int thread) {
    if (thread == 0) {
      while (created.load(std::memory_order_relaxed) < kThreads - 1) std::this_thread::yield();
      EXPECT_EQ(idle.value(), kHot);
    } else {
      used.inc();
      created.fetch_add(1, std::memory_order_relaxed);
    }
  });
}

int shards() {
  int count = 0;
  detail::Shards::for_each([&count](const detail::Shard&) { ++count; });
  return count;
}

TEST(Cells, AreReusedByThreadsThatComeAndGo) {
  constexpr int kConcurrent = 4;
  constexpr int kGenerations = 2'500;
  Registry registry;
  const Counter counter = hot_counter(registry);
  const int before = shards();
  on_threads(kConcurrent, [&](int) {
    for (int i = 0; i < kGenerations; ++i) on_threads(1, [&](int) { counter.inc(); });
  });
  EXPECT_LE(shards(), std::max(before, 1 + kConcurrent));
  EXPECT_EQ(counter.value(), kHot + kConcurrent * kGenerations);
}

TEST(Cells, ExistForTheLargestNumberOfConcurrentThreads) {
  constexpr int kConcurrent = 200;
  Registry registry;
  const Counter counter = hot_counter(registry);
  const int before = shards();
  for (int i = 0; i < 2'000; ++i) on_threads(1, [&](int) { counter.inc(); });
  EXPECT_LE(shards(), std::max(before, 1 + 1));
  std::latch all(kConcurrent);
  on_threads(kConcurrent, [&](int) {
    counter.inc();
    all.arrive_and_wait();
  });
  EXPECT_EQ(shards(), std::max(before, kConcurrent + 1));
  EXPECT_EQ(counter.value(), kHot + 2'000 + kConcurrent);
}

TEST(Cells, AcceptUpdatesFromDestructorsOfThreadLocals) {
  struct CountsItsEnd {
    ~CountsItsEnd() {
      if (counter) counter->inc();
      if (family) family->labels("at the end").inc();
    }
    std::optional<Counter> counter;
    std::optional<Family<Counter, 1>> family;
  };
  Registry registry;
  const Counter counter = hot_counter(registry);
  const auto family = registry.counter({.name = "ends_total", .help = "Ends."}, {"when"});
  on_threads(100, [&](int) {
    thread_local CountsItsEnd first;
    first.counter = counter;
    first.family = family;
    counter.inc();
  });
  EXPECT_EQ(counter.value(), kHot + 200);
  EXPECT_EQ(family.labels("at the end").value(), 100);
}

#if !defined(__SANITIZE_THREAD__)  // ThreadSanitizer supports no code in the last round of these destructors

// A thread-specific value whose destructor updates metrics, and sets the value again until the system gives up.
struct CountsItsEnds {
  static void destroy(void* value) {
    const auto& self = *static_cast<CountsItsEnds*>(value);
    self.counter.inc();
    self.family.labels("at the end").inc();
    self.work.observe(1);
    ends.fetch_add(1);
    pthread_setspecific(key, value);
  }
  static inline pthread_key_t key;
  static inline std::atomic<int> ends{0};

  Counter counter;
  Family<Counter, 1> family;
  Histogram work;
};

TEST(Cells, AcceptUpdatesFromDestructorsOfThreadSpecificValues) {
  constexpr int kEnded = 100;
  Registry registry;
  CountsItsEnds value{hot_counter(registry), registry.counter({.name = "ends_total", .help = "Ends."}, {"when"}),
                      registry.histogram({.name = "work", .help = "Work."})};
  ASSERT_EQ(pthread_key_create(&CountsItsEnds::key, CountsItsEnds::destroy), 0);  // after the key of narthex
  on_threads(kEnded, [&](int) {
    value.counter.inc();
    pthread_setspecific(CountsItsEnds::key, &value);
  });
  pthread_key_delete(CountsItsEnds::key);
  const int ends = CountsItsEnds::ends.load();
  EXPECT_GT(ends, kEnded);  // several rounds for each thread
  EXPECT_EQ(value.counter.value(), kHot + kEnded + ends);
  EXPECT_EQ(value.family.labels("at the end").value(), ends);
  EXPECT_EQ(sample(to_text(registry), "work_count"), ends);
}

#endif

TEST(Cells, StartAtZeroForANewSeriesInAReusedSlot) {
  for (int round = 0; round < 5; ++round) {
    Registry registry;  // releases the slots in its destructor; series that are removed earlier wait for a batch
    const Counter counter = registry.counter({.name = "hits_total", .help = "Hits."});
    const Histogram histogram = registry.histogram({.name = "work", .help = "Work.", .buckets = {1, 2}});
    on_threads(2, [&](int) {
      for (int i = 0; i < kHot; ++i) counter.inc();
      for (int i = 0; i < kHot; ++i) histogram.observe(1);
    });
    ASSERT_EQ(counter.value(), 2 * kHot);
    ASSERT_EQ(sample(to_text(registry), "work_count"), 2 * kHot);
  }
}

TEST(Cells, AreSeparateForEachRegistry) {
  std::vector<Registry> registries(50);
  on_threads(4, [&](int thread) {
    for (auto& registry : registries) {
      const Counter counter = registry.counter({.name = "hits_total", .help = "Hits."});
      for (int i = 0; i < 2 * kHot; ++i) counter.inc(thread + 1);
    }
  });
  for (auto& registry : registries) EXPECT_EQ(sample(to_text(registry), "hits_total"), 10 * 2 * kHot);
}

#if !defined(__SANITIZE_THREAD__)  // ThreadSanitizer ends a child that starts threads
TEST(Fork, GivesTheChildTheTotalsOfItsParent) {
  Registry registry;
  const Counter counter = hot_counter(registry);
  const auto family = registry.counter({.name = "requests_total", .help = "Requests."}, {"code"});
  std::atomic<bool> stop{false};
  std::atomic<int> ready{0};
  std::vector<std::thread> others;  // they do not exist in the child
  for (int i = 0; i < 3; ++i) {
    others.emplace_back([&] {
      for (int n = 0; n < kHot; ++n) family.labels(200).inc();
      ready.fetch_add(1);
      while (!stop.load()) std::this_thread::yield();
    });
  }
  while (ready.load() < 3) std::this_thread::yield();

  Borrowed<Counter> borrowed;  // on a thread that has ended before the fork
  on_threads(1, [&](int) { borrowed = family.labels("borrowed"); });
  borrowed.inc();
  on_threads(1, [&](int) { borrowed = family.labels("borrowed"); });

  const pid_t child = fork();
  if (child == 0) {
    bool good = counter.value() == kHot && family.labels(200).value() == 3 * kHot;
    on_threads(4, [&](int) {
      for (int i = 0; i < kHot; ++i) {
        counter.inc();
        family.labels(200).inc();
      }
    });
    good = good && counter.value() == 5 * kHot && sample(to_text(registry), "requests_total{code=\"200\"}") == 7 * kHot;
    family.remove("borrowed");
    family.remove(200);
    for (int i = 0; i < 200; ++i) family.remove((family.labels(i).inc(), i));
    borrowed.inc();
    good = good && borrowed.value() == 2;
    _exit(good ? 0 : 1);
  }
  stop.store(true);
  for (std::thread& other : others) other.join();
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  EXPECT_EQ(counter.value(), kHot);
}
#endif

}  // namespace
}  // namespace narthex
