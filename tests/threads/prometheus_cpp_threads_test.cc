// Metrics of the prometheus-cpp layer that several threads update, add, remove, and collect.

#include <atomic>
#include <barrier>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/narthex.h>
#include <narthex/prometheus_cpp.h>
#include <prometheus/exposer.h>
#include <prometheus/registry.h>

#include "support/http_client.h"
#include "support/threads.h"

namespace prometheus {
namespace {

using narthex::on_threads;
using narthex::Repeatedly;

constexpr int kThreads = 8;

// The sum of all metrics of a counter.
double total(const Collectable& collectable) {
  double sum = 0;
  for (const MetricFamily& family : collectable.Collect()) {
    for (const ClientMetric& metric : family.metric) sum += metric.counter.value;
  }
  return sum;
}

TEST(PrometheusCppThreads, LoseNoIncrement) {
  constexpr int kIncrements = 20'000;
  const auto registry = std::make_shared<Registry>();
  auto& family = BuildCounter().Name("hits_total").Register(*registry);
  Counter& shared = family.Add({});
  narthex::Registry native;
  native.add(narthex::prometheus_collector(registry));
  {
    const Repeatedly scrape([&] { EXPECT_NE(narthex::to_text(native), ""); });
    on_threads(kThreads, [&](int thread) {
      for (int i = 0; i < kIncrements; ++i) {
        shared.Increment();
        if (i % 16 == 0)
          family.Add({{"thread", std::to_string(thread % 3)}, {"turn", std::to_string(i % 7)}}).Increment();
      }
    });
  }
  EXPECT_EQ(shared.Value(), kThreads * kIncrements);
  EXPECT_EQ(total(*registry), kThreads * (kIncrements + kIncrements / 16));
}

TEST(PrometheusCppThreads, AddTheSameMetricOnce) {
  constexpr int kMetrics = 10'000;
  Family<Counter> family("hits_total", "", {});
  std::barrier start(kThreads);
  std::vector<std::vector<Counter*>> added(kThreads);
  on_threads(kThreads, [&](int thread) {
    for (int i = 0; i < kMetrics; ++i) {
      start.arrive_and_wait();
      added[static_cast<std::size_t>(thread)].push_back(&family.Add({{"name", std::to_string(i)}}));
      added[static_cast<std::size_t>(thread)].back()->Increment();
    }
  });
  for (const auto& of_thread : added) EXPECT_EQ(of_thread, added[0]);
  for (const Counter* counter : added[0]) EXPECT_EQ(counter->Value(), kThreads);
}

// A lookup may read the labels of a series whose metric is removed, and whose slot is used again, at the same time.
TEST(PrometheusCppThreads, LookUpMetricsThatAreRemoved) {
  Family<Gauge> family("level", "", {});
  const auto labels = [](int number) { return Labels{{"a_long_name_of_a_label", std::to_string(number)}}; };
  {
    const Repeatedly remove([&] {
      for (int i = 0; i < 100; ++i) family.Remove(&family.Add(labels(i % 3)));
    });
    on_threads(3, [&](int thread) {
      for (int i = 0; i < 20'000; ++i) static_cast<void>(family.Has(labels((thread + i) % 3)));
    });
  }
  EXPECT_TRUE(family.Collect().empty());
}

// Each thread removes its own metrics, as a connection does, while the others look up metrics with the same hash table
// and a scrape collects. Threads find their own metrics whatever the others do.
TEST(PrometheusCppThreads, RemoveWhileOthersUpdate) {
  constexpr int kConnections = 400;
  const auto registry = std::make_shared<Registry>();
  auto& family = BuildCounter().Name("bytes_total").Register(*registry);
  Counter& always = family.Add({{"connection", "always"}});
  {
    const Repeatedly scrape([&] { EXPECT_EQ(registry->Collect().size(), 1U); });
    on_threads(kThreads, [&](int thread) {
      for (int i = 0; i < kConnections; ++i) {
        const Labels labels{{"connection", std::to_string(thread) + "-" + std::to_string(i % 50)}};
        Counter& mine = family.Add(labels);
        EXPECT_EQ(mine.Value(), 0);
        for (int update = 0; update < 10; ++update) family.Add(labels).Increment();
        EXPECT_EQ(&family.Add({{"connection", "always"}}), &always);
        always.Increment();
        EXPECT_EQ(mine.Value(), 10);
        family.Remove(&mine);
        EXPECT_FALSE(family.Has(labels));
      }
    });
  }
  EXPECT_EQ(always.Value(), kThreads * kConnections);
  EXPECT_EQ(total(*registry), kThreads * kConnections);
}

// A program that updates a metric after Remove() is wrong, but corrupts no memory as long as no Add() uses it again.
TEST(PrometheusCppThreads, UpdateRemovedMetrics) {
  Family<Histogram> family("size", "", {});
  Histogram& removed = family.Add({}, Histogram::BucketBoundaries{1, 2});
  std::atomic<int> updating{0};
  on_threads(kThreads, [&](int thread) {
    updating.fetch_add(1);
    while (updating.load() < kThreads) {
    }
    if (thread == 0) family.Remove(&removed);
    for (int i = 0; i < 5000; ++i) removed.Observe(1.5);
  });
  EXPECT_TRUE(family.Collect().empty());
}

TEST(PrometheusCppThreads, ResetWhileOthersUpdate) {
  constexpr int kUpdates = 10'000;
  Family<Histogram> family("size", "", {});
  Histogram& histogram = family.Add({}, Histogram::BucketBoundaries{1});
  Counter counter;
  {
    const Repeatedly collect([&] {
      const ClientMetric::Histogram value = histogram.Collect().histogram;
      EXPECT_EQ(value.bucket.back().cumulative_count, value.sample_count);
    });
    on_threads(4, [&](int thread) {
      for (int i = 0; i < kUpdates; ++i) {
        if (thread == 0 && i % 100 == 0) {
          histogram.Reset();
          counter.Reset();
        }
        histogram.Observe(0.5);
        counter.Increment();
      }
    });
  }
  EXPECT_GE(counter.Value(), 1);
  EXPECT_LE(counter.Value(), 4 * kUpdates);
  histogram.Reset();
  counter.Reset();
  EXPECT_EQ(histogram.Collect().histogram.sample_count, 0U);
  EXPECT_EQ(counter.Value(), 0);
}

// At most one metric is missing at any time.
TEST(PrometheusCppThreads, CollectASeriesOnce) {
  Family<Gauge> family("level", "", {});
  const auto labels = [](int number) { return Labels{{"number", std::to_string(number)}}; };
  for (int i = 0; i < 1000; ++i) family.Add(labels(i));
  int i = 0;
  const Repeatedly replace([&] {
    i = (i + 7) % 1000;
    family.Remove(&family.Add(labels(i)));
    family.Add(labels(i));
  });
  for (int scrape = 0; scrape < 200; ++scrape) {
    const std::vector<MetricFamily> collected = family.Collect();
    std::set<std::string> found;
    for (const ClientMetric& metric : collected.at(0).metric) {
      EXPECT_TRUE(found.insert(metric.label.at(0).value).second) << metric.label.at(0).value;
    }
    EXPECT_GE(found.size(), 999U);
  }
}

// Registers and removes families while a scrape reads them.
TEST(PrometheusCppThreads, RegisterAndRemoveFamilies) {
  const auto registry = std::make_shared<Registry>();
  narthex::Registry native;
  native.add(narthex::prometheus_collector(registry));
  {
    const Repeatedly scrape([&] { static_cast<void>(narthex::to_text(native)); });
    on_threads(4, [&](int thread) {
      for (int i = 0; i < 200; ++i) {
        auto& family = BuildGauge().Name("level_" + std::to_string(thread)).Register(*registry);
        family.Add({{"round", std::to_string(i)}}).Set(i);
        EXPECT_TRUE(registry->Remove(family));
      }
    });
  }
  EXPECT_EQ(narthex::to_text(native), "");
}

// Collectables and authentication change while clients scrape. A collectable may be destroyed after RemoveCollectable().
TEST(PrometheusCppThreads, ServeWhileCollectablesComeAndGo) {
  Exposer exposer("127.0.0.1:0");
  const auto port = static_cast<std::uint16_t>(exposer.GetListeningPorts().at(0));
  constexpr std::string_view kProtected =
      "GET /protected HTTP/1.1\r\nHost: l\r\nConnection: close\r\nAuthorization: Basic YTpi\r\n\r\n";
  exposer.RegisterAuth([](const std::string&, const std::string&) { return true; }, "any", "/protected");
  exposer.RegisterCollectable(std::make_shared<Registry>());  // ends immediately
  {
    const Repeatedly scrape([&] {
      EXPECT_EQ(narthex::get(port, "/metrics").status().substr(0, 1), "2");
      const std::string reply = narthex::request(port, kProtected).status();
      EXPECT_TRUE(reply == "200" || reply == "401") << reply;
    });
    on_threads(4, [&](int thread) {
      for (int i = 0; i < 100; ++i) {
        auto registry = std::make_shared<Registry>();
        BuildGauge().Name("level_" + std::to_string(thread)).Register(*registry).Add({}).Set(i);
        exposer.RegisterCollectable(registry);
        if (thread == 0)
          exposer.RegisterAuth([i](const auto&, const auto&) { return i % 2 == 0; }, "any", "/protected");
        if (i % 2 == 0) exposer.RemoveCollectable(registry);
      }
    });
  }
  EXPECT_EQ(narthex::get(port, "/metrics").body.find("level_"), std::string::npos);
}

}  // namespace
}  // namespace prometheus
