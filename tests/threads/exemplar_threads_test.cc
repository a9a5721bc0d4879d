// Exemplars that many threads store while others scrape.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "support/exemplar_sink.h"
#include "support/null_sink.h"
#include "support/sample.h"
#include "support/threads.h"

namespace narthex {
namespace {

constexpr int kWriters = 8;

// Labels that identify their value. Their length changes from one exemplar to the next.
std::string id_of(int value) { return std::to_string(value) + std::string(static_cast<std::size_t>(value) % 90, 'x'); }

std::string labels_of(double value) { return "trace_id=\"" + id_of(static_cast<int>(value)) + "\""; }

// Checks that every exemplar is complete, in its bucket, and included in the count of its line.
class ExemplarCheck final : public NullSink {
 public:
  void counter(LabelView, const CounterSample& sample, const Timestamp&) override {
    if (!sample.exemplar) return;
    expect_whole(*sample.exemplar);
    EXPECT_GE(sample.value, sample.exemplar->value);
  }
  void histogram(LabelView, const HistogramSample& sample, const Timestamp&) override {
    double below = -1;
    std::uint64_t count_below = 0;
    for (const Bucket& bucket : sample.buckets) {
      if (bucket.exemplar) {
        expect_whole(*bucket.exemplar);
        EXPECT_GT(bucket.exemplar->value, below);
        EXPECT_LE(bucket.exemplar->value, bucket.upper_bound);
        EXPECT_GT(bucket.cumulative_count, count_below);
      }
      below = bucket.upper_bound;
      count_below = bucket.cumulative_count;
    }
  }

  int seen = 0;

 private:
  void expect_whole(const Exemplar& exemplar) {
    EXPECT_EQ(exemplar.labels.text(), labels_of(exemplar.value));
    EXPECT_TRUE(exemplar.at);
    ++seen;
  }
};

class ExemplarThreadsTest : public testing::Test {
 protected:
  static constexpr int kUpdates = 5'000;

  Registry registry_;
  const Counter hits_ = registry_.counter({.name = "hits_total", .help = "Hits."});
  const Histogram sizes_ = registry_.histogram({.name = "size_bytes", .help = "Sizes.", .buckets = {10, 100, 1000}});
};

TEST_F(ExemplarThreadsTest, AreCompleteAndInTheirBucketDuringUpdatesAndScrapes) {
  ExemplarCheck check;
  {
    const Repeatedly scraper([&] { registry_.collect(check); });
    on_threads(kWriters, [&](int thread) {
      for (int i = 0; i < kUpdates; ++i) {
        const int value = (thread * 397 + i * 31) % 2000;
        const std::string id = id_of(value);
        hits_.inc(value, {{"trace_id", id}});
        sizes_.observe(value, {{"trace_id", id}});
      }
    });
  }
  check.seen = 0;
  registry_.collect(check);
  EXPECT_EQ(check.seen, 5) << "no writer interferes with this scrape";
  EXPECT_EQ(sample(to_text(registry_), "size_bytes_count"), kWriters * kUpdates);
}

// Threads that contend for a slot drop most of their exemplars. The last one of another thread is served nevertheless.
TEST_F(ExemplarThreadsTest, OfAThreadThatDoesNotContendAreServed) {
  constexpr int kRounds = 20;
  for (int round = 0; round < kRounds; ++round) {
    on_threads(kWriters, [&](int /*thread*/) {
      for (int i = 0; i < kUpdates; ++i) {
        hits_.inc(1, {{"trace_id", "contended"}});
        sizes_.observe(i % 2000, {{"trace_id", "contended"}});
      }
    });
    hits_.inc(2, {{"trace_id", "last"}});
    for (const int size : {1, 11, 101, 1001}) sizes_.observe(size, {{"trace_id", "last"}});
    ASSERT_EQ(exemplars_of(registry_), (ExemplarSink::Exemplars{{"", "{trace_id=\"last\"} 2"},
                                                                {"10", "{trace_id=\"last\"} 1"},
                                                                {"100", "{trace_id=\"last\"} 11"},
                                                                {"1000", "{trace_id=\"last\"} 101"},
                                                                {"+Inf", "{trace_id=\"last\"} 1001"}}));
  }
}

TEST_F(ExemplarThreadsTest, EndWithSeriesThatAreRemovedAndCreatedAgain) {
  const auto family = registry_.counter({.name = "requests_total", .help = "Requests."}, {"what"});
  const auto times = registry_.histogram({.name = "time_seconds", .help = "Times.", .buckets = {10, 100}}, {"what"});
  ExemplarCheck check;
  {
    const Repeatedly scraper([&] { registry_.collect(check); });
    const Repeatedly remover([&] {
      for (int i = 0; i < 4; ++i) {
        family.remove(i);
        times.remove(i);
      }
    });
    on_threads(kWriters, [&](int thread) {
      for (int i = 0; i < kUpdates / 2; ++i) {
        const int value = (thread * 397 + i * 31) % 200;
        const std::string id = id_of(value);
        family.labels(i % 4).inc(value, {{"trace_id", id}});
        times.labels(i % 4).observe(value, {{"trace_id", id}});
      }
    });
  }
}

// The current trace of each thread contains the value of its update.
TEST_F(ExemplarThreadsTest, OfASourceBelongToTheirUpdateAndLoseNoUpdate) {
  static thread_local int t_value = 0;
  const auto trace = [] { return Labels{{"trace_id", id_of(t_value)}}; };
  Registry registry({.exemplars = {.labels = trace, .min_interval = std::chrono::milliseconds(0)}});
  const Counter hits = registry.counter({.name = "hits_total", .help = "Hits."});
  const Histogram sizes = registry.histogram({.name = "size_bytes", .help = "Sizes.", .buckets = {10, 100, 1000}});
  const auto expiring = registry.counter(
      {.name = "expiring_total", .help = "E.", .idle_timeout = std::chrono::milliseconds(1)}, {"what"});
  const Counter kept = expiring.labels("kept");
  ExemplarCheck check;
  std::atomic<double> sum{0};
  {
    const Repeatedly scraper([&] { registry.collect(check); });
    on_threads(kWriters, [&](int thread) {
      double own = 0;
      for (int i = 0; i < kUpdates; ++i) {
        t_value = (thread * 397 + i * 31) % 2000;
        own += t_value;
        hits.inc(t_value);
        sizes.observe(t_value);
        expiring.labels(i % 3).inc(t_value);
        expiring.labels("kept").inc(t_value);
      }
      sum += own;
    });
  }
  check.seen = 0;
  registry.collect(check);
  EXPECT_GE(check.seen, 6) << "one of hits_total, four of size_bytes, and one of the series that is kept";
  EXPECT_EQ(hits.value(), sum.load());
  EXPECT_EQ(kept.value(), sum.load());
  EXPECT_EQ(sample(to_text(registry), "size_bytes_count"), kWriters * kUpdates);
  EXPECT_EQ(sample(to_text(registry), "size_bytes_sum"), sum.load());
}

}  // namespace
}  // namespace narthex
