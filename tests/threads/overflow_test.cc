// Families that have reached max_series.

#include <cstdint>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "base/totals.h"
#include "support/sample.h"
#include "support/threads.h"

namespace narthex {
namespace {

class OverflowTest : public testing::Test {
 protected:
  std::vector<std::string> lines_;
  Registry registry_{{.diagnostic = [this](std::string_view line) { lines_.emplace_back(line); }}};
};

TEST_F(OverflowTest, CountsLabelsBeyondMaxSeriesInOneSeries) {
  const auto hits = registry_.counter({.name = "hits_total", .help = "Hits.", .max_series = 2}, {"who", "what"});
  for (const char* who : {"a", "b", "c", "d"}) hits.labels(who, 1).inc();
  hits.labels("a", 1).inc();
  const std::string text = to_text(registry_);
  EXPECT_EQ(sample(text, R"(hits_total{what="1",who="a"})"), 2);
  EXPECT_EQ(sample(text, R"(hits_total{what="1",who="b"})"), 1);
  EXPECT_EQ(sample(text, R"(hits_total{what="__overflow__",who="__overflow__"})"), 2);
  EXPECT_EQ(text.find("\"c\""), std::string::npos);
  EXPECT_EQ(hits.labels("e", 1).value(), 2);
  EXPECT_FALSE(hits.find("e", 1));
}

// Both values are the same label: a byte that is not UTF-8 is replaced by U+FFFD.
TEST_F(OverflowTest, IsNotUsedForAReplacedByteOfAnExistingSeries) {
  for (const char* first : {"\xff", "\xEF\xBF\xBD"}) {
    Registry registry;
    const auto hits = registry.counter({.name = "hits_total", .help = "Hits.", .max_series = 1}, {"who"});
    hits.labels(first).inc();
    for (const char* who : {"b", "c", "\xff", "\xEF\xBF\xBD"}) hits.labels(who).inc();
    EXPECT_EQ(sample(to_text(registry), "hits_total{who=\"\xEF\xBF\xBD\"}"), 3);
  }
}

// Whether the family has another series that is not plain makes no difference.
TEST_F(OverflowTest, CountsNoReplacedBytes) {
  for (const char* first : {"plain", "\u00fc"}) {
    Registry registry;
    const auto hits = registry.counter({.name = "hits_total", .help = "Hits.", .max_series = 1}, {"who"});
    hits.labels(first).inc();
    const std::uint64_t before = detail::totals().replaced_bytes.load();
    for (int i = 0; i < 10; ++i) hits.labels("x\xff").inc();
    EXPECT_EQ(hits.labels("y").value(), 10);
    EXPECT_EQ(detail::totals().replaced_bytes.load(), before);
  }
}

TEST_F(OverflowTest, IsNotUsedForAnEscapedValueOfAnExistingSeries) {
  const auto hits = registry_.counter({.name = "hits_total", .help = "Hits.", .max_series = 2}, {"who"});
  for (const char* who : {"plain", "say \"hi\"", "b", "\n", "say \"hi\""}) hits.labels(who).inc();
  EXPECT_EQ(sample(to_text(registry_), R"(hits_total{who="say \"hi\""})"), 2);
  EXPECT_EQ(hits.labels("c").value(), 2);
}

// More results than a thread has hazard pointers for them.
TEST_F(OverflowTest, MayBeBorrowedManyTimes) {
  const auto hits = registry_.counter({.name = "hits_total", .help = "Hits.", .max_series = 1}, {"who"});
  hits.labels("only").inc();
  std::vector<Borrowed<Counter>> borrowed;
  borrowed.reserve(20);
  for (int i = 0; i < 20; ++i) borrowed.push_back(hits.labels(i));
  hits.remove("__overflow__");
  for (const auto& one : borrowed) one.inc();
  EXPECT_EQ(borrowed.front().value(), 20);
  EXPECT_EQ(hits.labels("other").value(), 0);
}

TEST_F(OverflowTest, IsLoggedOnceForEachFamily) {
  for (const char* name : {"a_total", "b_total"}) {
    const auto hits = registry_.counter({.name = name, .help = "Hits.", .max_series = 1}, {"who"});
    for (int who = 0; who < 5; ++who) hits.labels(who).inc();
  }
  EXPECT_THAT(lines_,
              testing::ElementsAre(
                  "counter 'a_total': the family has its maximum of 1 series (max_series); further label values are "
                  "counted in one series labelled '__overflow__'; check whether a label takes its values from "
                  "untrusted clients",
                  testing::StartsWith("counter 'b_total': ")));
}

TEST_F(OverflowTest, AllowsNewSeriesAfterOthersAreRemoved) {
  const auto hits = registry_.counter({.name = "hits_total", .help = "Hits.", .max_series = 2}, {"who"});
  for (const char* who : {"a", "b", "c"}) hits.labels(who).inc();
  EXPECT_TRUE(hits.remove("a"));
  EXPECT_EQ(hits.labels("c").value(), 0);
  EXPECT_TRUE(hits.find("c"));
  EXPECT_EQ(hits.labels("d").value(), 1) << "is not the overflow series";
  EXPECT_TRUE(hits.remove("__overflow__"));
  EXPECT_EQ(hits.labels("d").value(), 0);
  EXPECT_EQ(sample(to_text(registry_), R"(hits_total{who="__overflow__"})"), 0);
  EXPECT_EQ(hits.clear(), 3);
  EXPECT_EQ(to_text(registry_), "");
  for (const char* who : {"x", "y"}) EXPECT_EQ(hits.labels(who).value(), 0);
  EXPECT_EQ(to_text(registry_).find("__overflow__"), std::string::npos);
}

TEST_F(OverflowTest, IsOffWhenMaxSeriesIsZero) {
  const auto hits = registry_.counter({.name = "hits_total", .help = "Hits.", .max_series = 0}, {"who"});
  for (int who = 0; who < 10'500; ++who) hits.labels(who).inc();
  EXPECT_TRUE(hits.find(10'499));
  EXPECT_FALSE(hits.find("__overflow__"));
}

TEST_F(OverflowTest, BeginsAtTenThousandSeriesByDefault) {
  const auto gauges = registry_.gauge({.name = "size_bytes", .help = "Size."}, {"who"});
  const auto histograms = registry_.histogram({.name = "time_seconds", .help = "Time."}, {"who"});
  for (int who = 0; who < 10'001; ++who) {
    gauges.labels(who).inc();
    histograms.labels(who).observe(1);
  }
  EXPECT_TRUE(gauges.find(9'999));
  EXPECT_FALSE(gauges.find(10'000));
  EXPECT_EQ(gauges.find("__overflow__")->value(), 1);
  EXPECT_FALSE(histograms.find(10'000));
  EXPECT_TRUE(histograms.find("__overflow__"));
}

TEST_F(OverflowTest, IgnoresADiagnosticThatThrows) {
  Registry registry({.diagnostic = [](std::string_view) { throw std::runtime_error("broken"); }});
  const auto hits = registry.counter({.name = "hits_total", .help = "Hits.", .max_series = 1}, {"who"});
  hits.labels("a").inc();
  hits.labels("b").inc();
  EXPECT_EQ(hits.labels("c").value(), 1);
}

TEST_F(OverflowTest, LosesNoUpdateWhenAllThreadsExceedTheLimit) {
  constexpr int kThreads = 4;
  constexpr int kLookups = 5'000;
  const auto hits = registry_.counter({.name = "hits_total", .help = "Hits.", .max_series = 100}, {"who"});
  on_threads(kThreads, [&](int thread) {
    for (int i = 0; i < kLookups; ++i) {
      hits.labels(thread * kLookups + i).inc();
      hits.labels("friend").inc();
    }
  });
  const std::string text = to_text(registry_);
  double sum = 0;
  int series = 0;
  for (std::size_t at = text.find("\nhits_total{"); at != std::string::npos; at = text.find("\nhits_total{", at + 1)) {
    sum += std::stod(text.substr(text.find("} ", at) + 2));
    ++series;
  }
  EXPECT_EQ(sum, 2 * kThreads * kLookups);
  EXPECT_EQ(series, 101);
}

// The family is never full: it has at most two series, also while one is removed and created again.
TEST_F(OverflowTest, IsNotReturnedWhileTheFamilyIsNotFull) {
  constexpr int kRounds = 20'000;
  const auto hits = registry_.counter({.name = "hits_total", .help = "Hits.", .max_series = 2}, {"who"});
  hits.labels("stays").inc();
  on_threads(2, [&](int thread) {
    for (int i = 0; i < kRounds; ++i) {
      hits.labels("goes").inc();
      if (thread == 0) hits.remove("goes");
    }
  });
  EXPECT_FALSE(hits.find("__overflow__"));
}

// A sanitizer reports a use after that. There are more threads than cores, so that a lookup is often interrupted between
// two steps, and two of them remove the series meanwhile.
TEST_F(OverflowTest, IsNeverUsedAfterItWasFreed) {
  const auto hits = registry_.counter({.name = "hits_total", .help = "Hits.", .max_series = 1}, {"who"});
  hits.labels("only").inc();
  {
    const auto remove = [&] { hits.remove("__overflow__"); };
    const Repeatedly remover(remove);
    const Repeatedly another_remover(remove);
    on_threads(8, [&](int) {
      for (int i = 0; i < 50'000; ++i) hits.labels(i).inc();
    });
  }
  hits.remove("__overflow__");
  EXPECT_EQ(hits.labels("other").value(), 0);
  EXPECT_FALSE(hits.find("other"));
}

// Each thread has a sibling.
TEST_F(OverflowTest, LosesNoUpdateWhenSiblingsExceedTheLimitTogether) {
  constexpr int kThreads = 4;
  constexpr int kLookups = 5'000;
  on_threads(kThreads, [&](int thread) {
    const auto hits = registry_.counter(
        {.name = "hits_total", .help = "Hits.", .labels = {{"of", std::to_string(thread)}}, .max_series = 100},
        {"who"});
    for (int i = 0; i < kLookups; ++i) hits.labels(i).inc();
  });
  const std::string text = to_text(registry_);
  double sum = 0;
  int series = 0;
  int overflows = 0;
  for (std::size_t at = text.find("\nhits_total{"); at != std::string::npos; at = text.find("\nhits_total{", at + 1)) {
    const std::string line = text.substr(at + 1, text.find('\n', at + 1) - at - 1);
    sum += std::stod(line.substr(line.find("} ") + 2));
    ++(line.find("__overflow__") == std::string::npos ? series : overflows);
  }
  EXPECT_EQ(sum, kThreads * kLookups);
  EXPECT_EQ(series, 100);
  EXPECT_EQ(overflows, kThreads);
  EXPECT_EQ(lines_.size(), 1);
}

TEST_F(OverflowTest, LosesNoUpdateWhenManySiblingsAreDefined) {
  constexpr int kThreads = 4;
  constexpr int kSiblings = 300;
  on_threads(kThreads, [&](int) {
    for (int i = 0; i < kSiblings; ++i) {
      registry_
          .counter({.name = "hits_total", .help = "Hits.", .labels = {{"of", std::to_string(i)}}, .max_series = 100})
          .inc();
    }
  });
  const std::string text = to_text(registry_);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(sample(text, "hits_total{of=\"" + std::to_string(i) + "\"}"), kThreads) << i;
  }
  EXPECT_EQ(sample(text, R"(hits_total{of="__overflow__"})"), kThreads * (kSiblings - 100));
}

// The siblings are never full: they have at most three series, also while one is removed and created again.
TEST_F(OverflowTest, IsNotReturnedWhileTheSiblingsAreNotFull) {
  constexpr int kRounds = 20'000;
  const auto define = [&](const char* of) {
    return registry_.counter({.name = "hits_total", .help = "Hits.", .labels = {{"of", of}}, .max_series = 3}, {"who"});
  };
  define("a").labels("stays").inc();
  on_threads(3, [&](int thread) {
    const auto hits = define(thread == 2 ? "b" : "a");
    for (int i = 0; i < kRounds; ++i) {
      hits.labels("goes").inc();
      if (thread != 1) hits.remove("goes");
    }
  });
  EXPECT_FALSE(define("a").find("__overflow__"));
  EXPECT_FALSE(define("b").find("__overflow__"));
}

// A scrape, updates, and functions, while siblings come and go.
TEST_F(OverflowTest, CountsOnlyTheSiblingsThatExist) {
  constexpr int kRounds = 2'000;
  const auto define = [&](int of) {
    return registry_.gauge({.name = "depth", .help = "D.", .labels = {{"of", std::to_string(of)}}, .max_series = 4},
                           {"who"});
  };
  on_threads(4, [&](int thread) {
    for (int i = 0; i < kRounds; ++i) {
      if (thread == 0) {
        static_cast<void>(to_text(registry_));
      } else if (thread == 1) {
        const Registration function =
            registry_.gauge_function({.name = "depth", .help = "D.", .labels = {{"of", "function"}}, .max_series = 4},
                                     {"who"}, [](const auto& emit) { emit(1, "f"); });
      } else {
        const auto family = define(thread);
        family.labels("x").inc();
        EXPECT_TRUE(registry_.remove(family));
        family.labels("y").inc();
      }
    }
  });
  EXPECT_EQ(to_text(registry_), "");
  EXPECT_EQ(lines_.size(), 0);
  const auto family = define(1);
  for (int who = 0; who < 5; ++who) family.labels(who);
  EXPECT_TRUE(family.find(3));
  EXPECT_FALSE(family.find(4));
}

TEST(RegistryOptions, LabelAllMetrics) {
  Registry registry({.labels = {{"hostname", "web-1"}}});
  registry.counter({.name = "a_total", .help = "A."}).inc();
  registry.gauge({.name = "b", .help = "B.", .labels = {{"zone", "z"}}}, {"what"}).labels("x").set(2);
  const std::string text = to_text(registry);
  EXPECT_EQ(sample(text, R"(a_total{hostname="web-1"})"), 1);
  EXPECT_EQ(sample(text, R"(b{hostname="web-1",what="x",zone="z"})"), 2);
  EXPECT_THROW(registry.gauge({.name = "c", .help = "C."}, {"hostname"}), RegistrationError);
  EXPECT_THROW(registry.gauge({.name = "c", .help = "C.", .labels = {{"hostname", "x"}}}), RegistrationError);
  EXPECT_THROW(Registry({.labels = {{"host name", "x"}}}), RegistrationError);
}

}  // namespace
}  // namespace narthex
