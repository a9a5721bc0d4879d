// Removal of series and families.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "support/sample.h"
#include "support/threads.h"

namespace narthex {
namespace {

class RemovalTest : public testing::Test {
 protected:
  RemovalTest() {
    for (const char* path : {"/a", "/b"}) {
      for (const char* method : {"GET", "PUT"}) hits_.labels(method, path).inc();
    }
  }

  std::vector<std::string> served() const {
    std::vector<std::string> lines;
    std::string text = to_text(registry_);
    for (std::size_t end; (end = text.find('\n')) != std::string::npos; text.erase(0, end + 1)) {
      if (text[0] != '#') lines.push_back(text.substr(0, end));
    }
    return lines;
  }

  Registry registry_;
  Family<Counter, 2> hits_ =
      registry_.counter({.name = "hits_total", .help = "Hits.", .labels = {{"zone", "z"}}}, {"method", "path"});
};

using Lines = std::vector<std::string>;

TEST_F(RemovalTest, FindDoesNotCreateASeries) {
  const std::optional<Counter> found = hits_.find("GET", "/a");
  ASSERT_TRUE(found);
  found->inc();
  EXPECT_EQ(hits_.labels("GET", "/a").value(), 2);
  EXPECT_FALSE(hits_.find("GET", "/c"));
  EXPECT_FALSE(hits_.find("a \"quoted\" \xff", "/a"));
  EXPECT_EQ(served().size(), 4);
  hits_.labels("a \"quoted\" \xff", "/a").inc();
  EXPECT_TRUE(hits_.find("a \"quoted\" \xff", "/a"));
}

TEST_F(RemovalTest, RemovesAllSeriesThatMatchASubsetOfTheLabels) {
  EXPECT_EQ(hits_.remove_matching({{"path", "/a"}}), 2);
  EXPECT_EQ(served(), (Lines{"hits_total{method=\"GET\",path=\"/b\",zone=\"z\"} 1",
                             "hits_total{method=\"PUT\",path=\"/b\",zone=\"z\"} 1"}));
  EXPECT_EQ(hits_.remove_matching({{"path", "/b"}, {"method", "PUT"}}), 1);
  EXPECT_EQ(served(), (Lines{"hits_total{method=\"GET\",path=\"/b\",zone=\"z\"} 1"}));
  EXPECT_EQ(hits_.remove_matching({{"path", "/b"}, {"method", "PUT"}}), 0);
}

TEST_F(RemovalTest, MatchesWholeValues) {
  hits_.labels("GET", "/").inc();
  hits_.labels("say \"hi\"\n\\", "\xff").inc();
  EXPECT_EQ(hits_.remove_matching({{"path", "/"}}), 1);
  EXPECT_EQ(hits_.remove_matching({{"method", "say"}}), 0);
  EXPECT_EQ(hits_.remove_matching({{"method", "say \"hi\"\n\\"}, {"path", "\xff"}}), 1);
  EXPECT_EQ(served().size(), 4);
}

TEST_F(RemovalTest, MatchesConstantLabelsToo) {
  EXPECT_EQ(hits_.remove_matching({{"zone", "y"}}), 0);
  EXPECT_EQ(hits_.remove_matching({{"zone", "z"}, {"method", "GET"}}), 2);
  EXPECT_EQ(hits_.remove_matching({{"method", "PUT"}, {"method", "GET"}}), 0);
  EXPECT_EQ(hits_.remove_matching({}), 2);
}

TEST_F(RemovalTest, RejectsALabelThatTheFamilyDoesNotHave) {
  try {
    hits_.remove_matching({{"pth", "/a"}});
    FAIL() << "accepted";
  } catch (const LabelError& error) {
    EXPECT_STREQ(error.what(), "counter 'hits_total': the family has no label 'pth'; allowed: method, path");
  }
  EXPECT_EQ(served().size(), 4);
}

TEST_F(RemovalTest, ClearsAFamily) {
  const Counter kept = hits_.labels("GET", "/a");
  EXPECT_EQ(hits_.clear(), 4);
  EXPECT_EQ(hits_.clear(), 0);
  EXPECT_EQ(to_text(registry_), "");
  kept.inc();
  EXPECT_EQ(kept.value(), 2);
  EXPECT_EQ(hits_.labels("GET", "/a").value(), 0);
  EXPECT_EQ(served().size(), 1);
}

// Exposition rule 199, decided otherwise: a removed name can be defined again with another definition.
TEST_F(RemovalTest, RemovesAFamilyAndItsDefinition) {
  const Counter kept = hits_.labels("GET", "/a");
  EXPECT_TRUE(registry_.remove(hits_));
  EXPECT_FALSE(registry_.remove(hits_));
  EXPECT_EQ(to_text(registry_), "");
  hits_.labels("GET", "/new").inc();
  kept.inc();
  EXPECT_EQ(kept.value(), 2);
  const Gauge other = registry_.gauge({.name = "hits_total", .help = "Something else."});
  EXPECT_FALSE(registry_.remove(hits_)) << "must not remove another family of the same name";
  EXPECT_EQ(served(), Lines{"hits_total 0"});
}

TEST_F(RemovalTest, RemovesOneSiblingOrAll) {
  const auto other =
      registry_.counter({.name = "hits_total", .help = "Hits.", .labels = {{"zone", "y"}}}, {"method", "path"});
  other.labels("GET", "/a").inc();
  EXPECT_TRUE(registry_.remove(hits_));
  EXPECT_EQ(served(), Lines{"hits_total{method=\"GET\",path=\"/a\",zone=\"y\"} 1"});
  EXPECT_TRUE(registry_.remove("hits_total"));
  EXPECT_FALSE(registry_.remove("hits_total"));
  EXPECT_EQ(to_text(registry_), "");
}

TEST(Removal, OfADefaultFamilyDoesNothing) {
  Registry registry;
  const Family<Counter, 1> none;
  EXPECT_FALSE(none.find("a"));
  EXPECT_EQ(none.clear(), 0);
  EXPECT_EQ(none.remove_matching({{"a", "b"}}), 0);
  EXPECT_FALSE(registry.remove(none));
}

TEST(DynamicFamily, HasLabelNamesThatAreKnownAtRunTime) {
  Registry registry;
  const std::vector<std::string> names{"method", "path"};
  const DynamicFamily<Counter> hits = registry.counter({.name = "hits_total", .help = "Hits."}, names);
  hits.labels(std::vector<std::string>{"GET", "/a"}).inc();
  const std::string_view values[] = {"GET", "/a"};
  hits.labels(values).inc();
  EXPECT_EQ(sample(to_text(registry), "hits_total{method=\"GET\",path=\"/a\"}"), 2);
  EXPECT_EQ(registry.counter({.name = "hits_total", .help = "Hits."}, {"method", "path"}).labels("GET", "/a").value(),
            2)
      << "a DynamicFamily and a Family of the same name must be one family";
  ASSERT_TRUE(hits.find(values));
  EXPECT_EQ(hits.find(values)->value(), 2);
  EXPECT_TRUE(hits.remove(values));
  EXPECT_FALSE(hits.remove(values));
  EXPECT_FALSE(hits.find(values));
  registry.gauge({.name = "size_bytes", .help = "Size."}, names).labels({"a", "b"}).set(1);
  registry.histogram({.name = "time_seconds", .help = "Time."}, names).labels({"a", "b"}).observe(1);
  EXPECT_EQ(registry.gauge({.name = "size_bytes", .help = "Size."}, names).remove_matching({{"path", "b"}}), 1);
}

// Exposition rule 200. If the number of label names is known at compile time, the mistake does not compile.
TEST(DynamicFamily, RejectsAnotherNumberOfValues) {
  Registry registry;
  const auto hits = registry.counter({.name = "hits_total", .help = "Hits."}, std::vector<std::string>{"a", "b"});
  const std::vector<std::string> one{"x"};
  const auto refused = [](auto call) {
    try {
      call();
    } catch (const LabelError& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  const std::string expected = "counter 'hits_total': 1 label values; allowed: 2, one for each of (a, b)";
  EXPECT_EQ(refused([&] { hits.labels(one); }), expected);
  EXPECT_EQ(refused([&] { static_cast<void>(hits.find(one)); }), expected);
  EXPECT_EQ(refused([&] { hits.remove(one); }), expected);
  EXPECT_EQ(DynamicFamily<Counter>().labels(one).value(), 0);
}

}  // namespace
}  // namespace narthex
