#include <atomic>
#include <map>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/civetweb_exporter.h>
#include <narthex/narthex.h>

#include "support/http_client.h"
#include "support/sample.h"
#include "support/threads.h"

namespace narthex {
namespace {

constexpr int kWriters = 8;
constexpr int kUpdates = 1'000'000;

// Checks every scrape: no value decreases, and the count of a histogram equals its +Inf bucket.
class ScrapeCheck {
 public:
  void operator()(const std::string& text) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with('#')) continue;
      const std::size_t blank = line.rfind(' ');
      const double value = std::stod(line.substr(blank + 1));
      double& before = seen_[line.substr(0, blank)];
      EXPECT_GE(value, before) << line;
      before = value;
    }
    EXPECT_EQ(sample(text, "work_seconds_bucket{le=\"+Inf\"}"), sample(text, "work_seconds_count"));
    ++scrapes;
  }

  int scrapes = 0;

 private:
  std::map<std::string, double> seen_;
};

// The guarantee of the README: eight writers, one scraper over HTTP, no lost update, and no counter that decreases.
// Exposition rule 207.
TEST(Concurrency, NoUpdateIsLostAndNoCounterDecreasesDuringScrapes) {
  Registry registry;
  const Counter counter = registry.counter({.name = "hits_total", .help = "Hits."});
  const auto family = registry.counter({.name = "requests_total", .help = "Requests."}, {"method", "code"});
  const Gauge level = registry.gauge({.name = "level", .help = "Level."});
  const Histogram histogram = registry.histogram({.name = "work_seconds", .help = "Work.", .buckets = {1, 2, 3}});
  CivetwebExporter exporter(registry, {.listen = "127.0.0.1:0"});

  ScrapeCheck check;
  {
    const Repeatedly scraper([&] { check(get(exporter.port()).body); });
    on_threads(kWriters, [&](int) {
      const char* const methods[] = {"GET", "PUT"};
      for (int i = 0; i < kUpdates; ++i) {
        counter.inc();
        family.labels(methods[i % 2], 200 + i % 3).inc();
        level.inc();
        histogram.observe(i % 4 + 0.5);
      }
    });
  }
  const std::string text = get(exporter.port()).body;
  check(text);
  constexpr double kAll = double{kWriters} * kUpdates;
  EXPECT_EQ(sample(text, "hits_total"), kAll);
  EXPECT_EQ(sample(text, "level"), kAll);
  EXPECT_EQ(sample(text, "work_seconds_count"), kAll);
  EXPECT_EQ(sample(text, "work_seconds_sum"), kAll * 2);
  EXPECT_EQ(sample(text, "work_seconds_bucket{le=\"1\"}"), kAll / 4);
  double requests = 0;
  for (const char* method : {"GET", "PUT"}) {
    for (const char* code : {"200", "201", "202"}) {
      requests += sample(text, std::string("requests_total{code=\"") + code + "\",method=\"" + method + "\"}");
    }
  }
  EXPECT_EQ(requests, kAll);
  EXPECT_GE(check.scrapes, 2);
}

TEST(Concurrency, ConcurrentDefinitionsReturnTheSameFamily) {
  Registry registry;
  on_threads(kWriters, [registry](int) mutable {
    for (int i = 0; i < 200; ++i) {
      const std::string name = "family_" + std::to_string(i) + "_total";
      registry.counter({.name = name, .help = "F."}, {"i"}).labels(i % 7).inc();
    }
  });
  const std::string text = to_text(registry);
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(sample(text, "family_" + std::to_string(i) + "_total{i=\"" + std::to_string(i % 7) + "\"}"), kWriters);
  }
}

TEST(Concurrency, SeriesStayExactWhileOthersAreCreatedAndRemoved) {
  constexpr int kRounds = 20'000;
  Registry registry;
  const auto family = registry.counter({.name = "hits_total", .help = "Hits."}, {"what"});
  const Counter kept = family.labels("removed and kept");
  family.remove("removed and kept");
  {
    const Repeatedly scraper([&] { EXPECT_EQ(to_text(registry).find("removed and kept"), std::string::npos); });
    const Repeatedly remover([&] {
      for (int i = 0; i < 16; ++i) family.remove(i);
    });
    on_threads(kWriters, [&](int) {
      for (int i = 0; i < kRounds; ++i) {
        const Counter held = family.labels(i % 16);
        held.inc();
        kept.inc();
        family.labels("stays").inc();
      }
    });
  }
  EXPECT_EQ(kept.value(), double{kWriters} * kRounds);
  EXPECT_EQ(sample(to_text(registry), "hits_total{what=\"stays\"}"), double{kWriters} * kRounds);
}

TEST(Concurrency, HandlesOnOtherThreadsOutliveTheRegistry) {
  for (int round = 0; round < 200; ++round) {
    std::vector<std::thread> threads;
    {
      Registry registry;
      const auto family = registry.histogram({.name = "h", .help = "H."}, {"i"});
      for (int i = 0; i < 4; ++i) {
        threads.emplace_back([family, i] {
          for (int n = 0; n < 50; ++n) family.labels(i % 2).observe(n);
        });
      }
    }
    for (std::thread& thread : threads) thread.join();
  }
}

}  // namespace
}  // namespace narthex
