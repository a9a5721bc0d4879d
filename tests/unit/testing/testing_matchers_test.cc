#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>
#include <narthex/narthex.h>
#include <narthex/testing_matchers.h>

namespace narthex {
namespace {

using ::testing::Not;

// Returns the text of a counter with two series, and a gauge.
std::string served() {
  Registry registry;
  const auto jobs = registry.counter({.name = "jobs_total", .help = "Jobs done."}, {"queue", "result"});
  jobs.labels("a", "ok").inc(2);
  jobs.labels("b", "ok");
  registry.gauge({.name = "ratio", .help = "Hits."}).set(0.5);
  return to_text(registry);
}

// Returns the explanation of a mismatch, or an empty string if the text matches.
template <class Matcher>
std::string mismatch(const std::string& text, const Matcher& matcher) {
  ::testing::StringMatchResultListener listener;
  const bool matches = ::testing::ExplainMatchResult(matcher, text, &listener);
  EXPECT_EQ(matches, listener.str().empty());
  return listener.str();
}

TEST(IsExposition, MatchesTheSameText) {
  EXPECT_THAT(served(), IsExposition(served()));
  EXPECT_THAT("", IsExposition(""));
}

TEST(IsExposition, IgnoresIndentationLabelOrderAndNumberSpelling) {
  EXPECT_THAT(served(), IsExposition(R"(
    # HELP jobs_total Jobs done.
    # TYPE jobs_total counter
    jobs_total{ result="ok", queue="a", } 2.0

    jobs_total{result="ok",queue="b"} 0e0
    # HELP ratio Hits.
    # TYPE ratio gauge
    ratio{} +5e-1
  )"));
}

TEST(IsExposition, ShowsEachLineThatDiffers) {
  EXPECT_EQ(mismatch(served(), IsExposition(R"(
    # HELP jobs_total Jobs made.
    # TYPE jobs_total counter
    jobs_total{result="ok",queue="a"} 3
    jobs_total{result="ok",queue="c"} 1
    # HELP ratio Hits.
    # TYPE ratio untyped
    ratio 0.5
  )")),
            "which differs: missing (-), not expected (+)\n"
            "- # HELP jobs_total Jobs made.\n"
            "+ # HELP jobs_total Jobs done.\n"
            "- jobs_total{result=\"ok\",queue=\"a\"} 3\n"
            "+ jobs_total{queue=\"a\",result=\"ok\"} 2\n"
            "- jobs_total{result=\"ok\",queue=\"c\"} 1\n"
            "- # TYPE ratio untyped\n"
            "+ # TYPE ratio gauge\n"
            "+ jobs_total{queue=\"b\",result=\"ok\"} 0");
}

TEST(IsExposition, ShowsMissingAndUnexpectedLines) {
  EXPECT_EQ(mismatch("a 1\nb 2\n", IsExposition("b 2\nc 3\n")),
            "which differs: missing (-), not expected (+)\n- c 3\n+ a 1");
  EXPECT_EQ(mismatch("", IsExposition("a 1\n")), "which differs: missing (-), not expected (+)\n- a 1");
  EXPECT_EQ(mismatch("a 1\n", IsExposition("")), "which differs: missing (-), not expected (+)\n+ a 1");
  EXPECT_EQ(mismatch("a 1\na 1\n", IsExposition("a 1\n")), "which differs: missing (-), not expected (+)\n+ a 1");
}

TEST(IsExposition, RequiresTheOrderOfTheFamilies) {
  EXPECT_EQ(mismatch("a 1\nb 2\nc 3\n", IsExposition("a 1\nc 3\nb 2\n")),
            "which has these lines in another order, from here on:\n- c 3\n+ b 2");
}

TEST(IsExposition, ComparesTimestampsLabelsAndValues) {
  EXPECT_THAT("a 1 1000\n", IsExposition("a 1  1000"));
  EXPECT_THAT("a 1 1000\n", Not(IsExposition("a 1 1001")));
  EXPECT_THAT("a 1 1000\n", Not(IsExposition("a 1")));
  EXPECT_THAT("a{b=\"1\"} 1\n", Not(IsExposition("a{b=\"2\"} 1")));
  EXPECT_THAT("a{b=\"x\\\\y\"} 1\n", Not(IsExposition(R"(a{b="x\y"} 1)"
                                                      "\nb 1")));
  EXPECT_THAT("a{b=\"1\",c=\"2\"} 1\n", Not(IsExposition(R"(a{b="1,c=2"} 1)")));
  EXPECT_THAT("a 0\n", Not(IsExposition("a -0")));
  EXPECT_THAT("a NaN\n", IsExposition("a NaN"));
  EXPECT_THAT("a +Inf\n", Not(IsExposition("a -Inf")));
}

TEST(IsExposition, DoesNotMatchMalformedSamples) {
  for (const char* mistake : {"a", "a{b=\"1\" 1", "a{b=1} 1", "a{b=\"1\"c=\"2\"} 1", "a{\"b\"} 1", "a{b=\"1} 1",
                              "a one", "a 1 2 3", "{b=\"1\"} 1"}) {
    EXPECT_EQ(mismatch("a 1\n", IsExposition(mistake)),
              "which differs: missing (-), not expected (+)\n- " + std::string(mistake) + "\n+ a 1");
  }
}

TEST(HasSamples, MatchesSomeLinesInAnyOrder) {
  EXPECT_THAT(served(), HasSamples(R"(
    ratio 0.5
    # TYPE jobs_total counter
    jobs_total{result="ok",queue="a"} 2
  )"));
}

TEST(HasSamples, ShowsTheActualLines) {
  EXPECT_EQ(mismatch(served(), HasSamples(R"(
    jobs_total{result="ok",queue="a"} 3
    jobs_total{result="ok",queue="b"} 0
    ratio{cache="x"} 0.5
    # TYPE ratio untyped
    misses_total 0
  )")),
            "which lacks lines (-), and has instead (+)\n"
            "- jobs_total{result=\"ok\",queue=\"a\"} 3\n"
            "+ jobs_total{queue=\"a\",result=\"ok\"} 2\n"
            "- ratio{cache=\"x\"} 0.5\n"
            "- # TYPE ratio untyped\n"
            "+ # TYPE ratio gauge\n"
            "- misses_total 0\n"
            "+ ratio 0.5");
}

TEST(HasSamples, RequiresALineAsOftenAsItIsExpected) {
  EXPECT_THAT("a 1\na 1\n", HasSamples("a 1\na 1\n"));
  EXPECT_EQ(mismatch("a 1\n", HasSamples("a 1\na 1\n")), "which lacks lines (-), and has instead (+)\n- a 1\n+ a 1");
}

TEST(HasSamples, DoesNotMatchIfNoLineIsExpected) {
  EXPECT_EQ(mismatch(served(), HasSamples("\n  ")), "but the expected text has no lines");
}

TEST(Matchers, FailATestWithTheLinesThatDiffer) {
  EXPECT_NONFATAL_FAILURE(EXPECT_THAT(std::string("a 1\n"), IsExposition("a 2\n")),
                          "Expected: a text that has exactly these lines:\na 2\n\n"
                          "  Actual: \"a 1\\n\", which differs: missing (-), not expected (+)\n- a 2\n+ a 1");
  EXPECT_NONFATAL_FAILURE(EXPECT_THAT(std::string("a 1\n"), HasSamples("b 2\n")),
                          "Expected: a text that has these lines:\nb 2\n\n"
                          "  Actual: \"a 1\\n\", which lacks lines (-), and has instead (+)\n- b 2");
}

TEST(Matchers, DescribeWhatTheyExpect) {
  EXPECT_EQ(::testing::DescribeMatcher<std::string>(IsExposition("a 1\n")),
            "a text that has exactly these lines:\na 1\n");
  EXPECT_EQ(::testing::DescribeMatcher<std::string>(HasSamples("a 1\n")), "a text that has these lines:\na 1\n");
  EXPECT_EQ(::testing::DescribeMatcher<std::string>(HasSamples("a 1\n"), true),
            "not a text that has these lines:\na 1\n");
}

}  // namespace
}  // namespace narthex
