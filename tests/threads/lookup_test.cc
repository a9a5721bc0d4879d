// Lookups without a lock, while series are created, removed, and freed.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "families/series_table.h"
#include "model/label_layout.h"
#include "support/sample.h"
#include "support/threads.h"

namespace narthex {
namespace {

constexpr int kThreads = 4;

Family<Counter, 1> counters(Registry& registry) {
  return registry.counter({.name = "hits_total", .help = "Hits.", .max_series = 0}, {"what"});
}

TEST(Lookup, DistinguishesValuesWithTheSameHash) {
  const std::vector<std::string> names{"a", "b"};
  const detail::LabelLayout layout({}, names);
  const auto kind = detail::make_kind(CounterOptions{});
  detail::SeriesTable table(layout, std::make_shared<detail::SeriesLimit>(0), {}, 0, nullptr,
                            {0, 0});  // all hashes are zero
  std::map<std::pair<std::string, std::string>, detail::SeriesPtr<detail::Series>> created;
  for (int i = 0; i < 300; ++i) {
    const std::string a = std::to_string(i % 20);
    const std::string b = std::to_string(i / 20);
    const std::string_view values[] = {a, b};
    created[{a, b}] = detail::HazardPtr<detail::Series>(table.find_or_create(values, nullptr, *kind)).counted();
  }
  EXPECT_EQ(created.size(), 300);
  for (const auto& [pair, series] : created) {
    const std::string_view values[] = {pair.first, pair.second};
    const detail::HazardPtr<detail::Series> again(table.find_or_create(values, nullptr, *kind));
    EXPECT_EQ(&*again.operator->(), &*series.operator->());
    EXPECT_EQ(series->labels().text(), "a=\"" + pair.first + "\",b=\"" + pair.second + "\"");
  }
}

// A lookup compares up to six bytes, and their quotes, as one word.
TEST(Lookup, DistinguishesValuesOfAllSizesWithTheSameHash) {
  std::vector<std::string> values;
  for (const std::string_view text : {"aaaaaaaaaaaaaaaaaa", "baaaaaaaaaaaaaaaab", "a\",b=\"a\",b=\"a"}) {
    for (std::size_t size = 0; size <= text.size(); ++size) values.emplace_back(text.substr(0, size));
  }
  for (std::size_t size = 1; size < 9; ++size) values.push_back('a' + std::string(size, '\0'));
  std::ranges::sort(values);
  // Clang 14 does not compile std::ranges::unique().
  values.erase(std::unique(values.begin(), values.end()), values.end());
  for (std::size_t labels = 1; labels <= 4; ++labels) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < labels; ++i) names.emplace_back(1, "abcd"[i]);
    const detail::LabelLayout layout({}, names);
    const auto kind = detail::make_kind(CounterOptions{});
    detail::SeriesTable table(layout, std::make_shared<detail::SeriesLimit>(0), {}, 0, nullptr,
                              {0, 0});  // all hashes are zero
    const auto find = [&](std::size_t value, std::size_t last) {
      std::vector<std::string_view> views(labels, values[value]);
      views.back() = values[last];
      std::vector<std::uint64_t> words;
      for (const std::string_view view : views) words.push_back(detail::label_word(view));
      return detail::HazardPtr<detail::Series>(table.find_or_create(views, words.data(), *kind));
    };
    std::map<std::string, std::pair<std::size_t, std::size_t>> created;
    const std::size_t firsts = labels == 1 ? 1 : 5;
    for (std::size_t value = 0; value < firsts; ++value) {
      for (std::size_t last = 0; last < values.size(); ++last) {
        created.emplace(find(value, last)->labels().text(), std::pair(value, last));
      }
    }
    EXPECT_EQ(created.size(), firsts * values.size()) << labels;
    for (const auto& [text, pair] : created) EXPECT_EQ(find(pair.first, pair.second)->labels().text(), text);
  }
}

// Among this many series, about ten pairs have the same hash of 32 bits.
TEST(Lookup, DistinguishesSeriesOfAFamilyWithTheSameHash) {
  constexpr int kSeries = 300'000;
  Registry registry;
  const auto family = counters(registry);
  for (int i = 0; i < kSeries; ++i) family.labels(i).inc(i);
  for (int i = 0; i < kSeries; ++i) ASSERT_EQ(family.labels(i).value(), i);
}

// The concatenation of the values is the same for several of these.
TEST(Lookup, DistinguishesValuesWhoseConcatenationIsTheSame) {
  Registry registry;
  const auto family = registry.counter({.name = "hits_total", .help = "Hits."}, {"a", "b", "c"});
  const std::vector<std::vector<std::string>> all{
      {"ab", "c", ""}, {"a", "bc", ""},      {"abc", "", ""},        {"", "abc", ""},        {"", "", "abc"},
      {"a", "b", "c"}, {"\",b=\"", "", "x"}, {"", "\",b=\"", "x"},   {"\\", "\"", ""},       {"\\\"", "", ""},
      {"\n", "n", ""}, {"\\n", "n", ""},     {"x\",b=\"y", "z", ""}, {"x", "y\",b=\"z", ""}, {"x\\", "y", "z"},
  };
  double number = 0;
  for (const auto& values : all) family.labels(values[0], values[1], values[2]).inc(++number);
  number = 0;
  for (const auto& values : all) EXPECT_EQ(family.labels(values[0], values[1], values[2]).value(), ++number);
}

TEST(Lookup, FindsEverySeriesWhileTheFamilyGrows) {
  constexpr int kSeries = 20'000;
  Registry registry;
  const auto family = counters(registry);
  on_threads(kThreads, [&](int) {
    for (int i = 0; i < kSeries; ++i) {
      family.labels(i).inc();
      family.labels(i / 2).inc();
    }
  });
  double all = 0;
  for (int i = 0; i < kSeries; ++i) {
    EXPECT_EQ(family.labels(i).value(), i < kSeries / 2 ? 3 * kThreads : kThreads);
    all += family.labels(i).value();
  }
  EXPECT_EQ(all, 2 * kThreads * kSeries);
}

// Borrowed series are updated while another thread removes them. They are freed after their last use. A sanitizer
// reports a use after that.
TEST(Lookup, NeverReadsAFreedSeries) {
  constexpr int kRounds = 50'000;
  Registry registry;
  const auto family = counters(registry);
  family.labels("stays").inc(0);
  {
    const Repeatedly remover([&] {
      for (int i = 0; i < 8; ++i) family.remove(i);
    });
    const Repeatedly scraper([&] { EXPECT_GE(sample(to_text(registry), "hits_total{what=\"stays\"}"), 0); });
    on_threads(kThreads, [&](int thread) {
      for (int i = 0; i < kRounds; ++i) {
        family.labels((i + thread) % 8).inc();
        family.labels(i % 8).inc(family.labels(thread).value());
        if (i % 16 == 0) family.labels("stays").inc();
      }
    });
  }
  EXPECT_EQ(family.labels("stays").value(), kThreads * kRounds / 16);
}

// The entries that a growing family replaces are freed while readers run.
TEST(Lookup, NeverReadsFreedEntries) {
  for (int round = 0; round < 10; ++round) {
    Registry registry;
    const auto family = counters(registry);
    family.labels("stays").inc();
    std::atomic<bool> grown{false};
    on_threads(kThreads, [&](int thread) {
      if (thread == 0) {
        for (int i = 0; i < 10'000; ++i) family.labels(i).inc();
        grown.store(true);
      }
      while (!grown.load()) {
        EXPECT_EQ(family.labels("stays").value(), 1);
      }
    });
  }
}

// A series that was removed from the new entries is still in the old ones, which a reader may search.
TEST(Lookup, NeverReturnsASeriesFromReplacedEntries) {
  for (int round = 0; round < 30; ++round) {
    Registry registry;
    const auto family = counters(registry);
    std::atomic<bool> done{false};
    on_threads(kThreads, [&](int thread) {
      if (thread == 0) {
        for (int i = 0; i < 2'000; ++i) {
          family.labels(i).inc();
          family.remove(i / 2);
        }
        done.store(true);
      }
      for (int i = 0; !done.load(); ++i) family.labels(i % 64).inc();
    });
  }
}

TEST(Borrowed, AcceptsUpdatesAndConvertsToAHandle) {
  Registry registry;
  auto borrowed = counters(registry).labels("a");
  borrowed.inc();
  borrowed.inc(2);
  const Counter kept = borrowed;
  auto copy = borrowed;
  auto moved = std::move(borrowed);
  copy.inc();
  moved.inc();
  borrowed.inc();  // NOLINT(bugprone-use-after-move): does nothing, because the handle is empty
  EXPECT_EQ(kept.value(), 5);
  copy = counters(registry).labels("b");
  copy.inc();
  EXPECT_EQ(kept.value(), 5);
  EXPECT_EQ(copy.value(), 1);
}

TEST(Borrowed, WorksWithAnotherInOneExpression) {
  Registry registry;
  const auto family = counters(registry);
  family.labels("b").inc(7);
  family.labels("a").inc(family.labels("b").value() + family.labels("b").value());
  EXPECT_EQ(family.labels("a").value(), 14);
}

TEST(Borrowed, OutlivesItsSeriesItsFamilyAndItsRegistry) {
  auto borrowed = [] {
    Registry registry;
    auto found = counters(registry).labels("a");
    counters(registry).remove("a");
    counters(registry).labels("a").inc(5);
    return found;
  }();
  borrowed.inc();
  EXPECT_EQ(borrowed.value(), 1);
  const auto of_living = [] {
    Registry registry;
    return counters(registry).labels("a");
  }();
  of_living.inc();
  EXPECT_EQ(of_living.value(), 1);
}

TEST(Borrowed, MayExceedTheHazardsOfAThread) {
  Registry registry;
  const auto family = counters(registry);
  std::deque<Borrowed<Counter>> held;
  for (int i = 0; i < 100; ++i) held.push_back(family.labels(i % 50));
  for (int i = 0; i < 50; ++i) family.remove(i);
  for (int i = 0; i < 300; ++i)
    family.remove((family.labels("other").inc(), "other"));  // frees all objects that are not in use
  for (const auto& borrowed : held) borrowed.inc();
  for (const auto& borrowed : held) EXPECT_EQ(borrowed.value(), 2);
}

TEST(Borrowed, MayBeDestroyedOnAnotherThreadAndAfterItsOwnHasEnded) {
  Registry registry;
  const auto family = counters(registry);
  for (int round = 0; round < 100; ++round) {
    std::vector<Borrowed<Counter>> held(20);
    on_threads(2, [&](int thread) {
      for (int i = 0; i < 10; ++i) held[static_cast<std::size_t>(10 * thread + i)] = family.labels(i);
    });
    family.remove(round % 10);
    on_threads(2, [&](int thread) {
      for (int i = 0; i < 10; ++i) {
        auto& borrowed = held[static_cast<std::size_t>(10 * thread + i)];
        borrowed.inc();
        borrowed = {};
      }
    });
  }
  double all = 0;
  for (int i = 0; i < 10; ++i) all += family.labels(i).value();
  EXPECT_GT(all, 0);
}

// While one thread holds a series, 100,000 others are created, removed, and freed. The number of series alive shows it.
TEST(Borrowed, KeepsOnlyItsOwnSeriesFromBeingFreed) {
  static std::atomic<int> alive{0};
  struct Counted final : detail::Series {
    Counted() { alive.fetch_add(1); }
    ~Counted() override { alive.fetch_sub(1); }
    void collect(Sink&) const override {}
  };
  struct CountedKind final : detail::Kind {
    MetricType type() const noexcept override { return MetricType::unknown; }
    detail::Series* make_series(std::string_view labels) const override {
      return detail::Series::make<Counted>(labels);
    }
  };
  {
    const std::vector<std::string> names{"what"};
    const detail::LabelLayout layout({}, names);
    const CountedKind kind;
    detail::SeriesTable table(layout, std::make_shared<detail::SeriesLimit>(0), {}, 0);
    const auto find = [&](const std::string& value) {
      const std::string_view values[] = {value};
      return detail::HazardPtr<detail::Series>(table.find_or_create(values, nullptr, kind));
    };
    find("kept");
    const auto kept = find("kept");  // found, not created, so a hazard protects it
    for (int i = 0; i < 100'000; ++i) {
      const std::string value = std::to_string(i);
      find(value);
      const std::string_view values[] = {value};
      ASSERT_TRUE(table.remove(values));
      ASSERT_LE(alive.load(), 1 + 128) << "after " << i;
    }
    EXPECT_EQ(kept->labels().text(), "what=\"kept\"");
  }
  EXPECT_LE(alive.load(), 128);  // they wait for the next batch
}

}  // namespace
}  // namespace narthex
