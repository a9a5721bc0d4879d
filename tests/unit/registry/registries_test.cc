// Several registries in one exposition.

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "support/gzip_reply.h"
#include "support/test_collector.h"

namespace narthex {
namespace {

class RegistriesTest : public testing::Test {
 protected:
  Registry with_lines(std::vector<std::string>& lines) {
    return Registry({.diagnostic = [&lines](std::string_view line) { lines.emplace_back(line); }});
  }

  std::vector<std::string> first_lines_;
  std::vector<std::string> second_lines_;
  const std::vector<Registry> both_ = {with_lines(first_lines_), with_lines(second_lines_)};
  Registry first_ = both_[0];
  Registry second_ = both_[1];
};

TEST_F(RegistriesTest, AreServedAsOne) {
  first_.gauge({.name = "a", .help = "A."}).set(1);
  first_.gauge({.name = "c", .help = "C."}, {"l"}).labels("x").set(3);
  second_.gauge({.name = "c", .help = "C."}, {"l"}).labels("y").set(4);
  second_.gauge({.name = "b", .help = "B."}).set(2);
  const std::string text =
      "# HELP a A.\n# TYPE a gauge\na 1\n# HELP b B.\n# TYPE b gauge\nb 2\n"
      "# HELP c C.\n# TYPE c gauge\nc{l=\"x\"} 3\nc{l=\"y\"} 4\n";
  EXPECT_EQ(to_text(both_), text);
  EXPECT_EQ(expose(both_).body, text);
  EXPECT_EQ(to_text(std::span<const Registry>()), "");
  EXPECT_THAT(second_lines_, testing::IsEmpty());
}

TEST_F(RegistriesTest, AreCompressedIfTheRequestAcceptsIt) {
  const auto family = second_.counter({.name = "n_total", .help = "N."}, {"n"});
  for (int i = 0; i < 200; ++i) family.labels(i);
  Exposition reply;
  expose(both_, {.accept_encoding = "gzip"}, reply);
  EXPECT_EQ(reply.content_encoding, gzip_if_supported());
  EXPECT_EQ(content_of(reply), to_text(both_));
}

TEST_F(RegistriesTest, ServeASeriesOfTheFirstRegistryThatHasIt) {
  Registry numbers;
  const Registration own = numbers.add_scoped(LibraryCollector(second_));
  first_.gauge({.name = "level", .help = "G."}).set(1);
  first_.counter({.name = "other", .help = "O."}).inc();
  second_.gauge({.name = "level", .help = "G."}).set(2);
  second_.gauge({.name = "other", .help = "O."}).set(2);
  const Registration theirs = first_.add_scoped(TestCollector("theirs", [](Sink& sink) {
    write_gauge(sink, "level", 3, {{"by", "collector"}});
  }));
  const Registration late = second_.add_scoped(TestCollector("late", [](Sink& sink) {
    write_gauge(sink, "level", 4, {{"by", "collector"}});
  }));
  for (int scrape = 0; scrape < 2; ++scrape) {
    EXPECT_EQ(to_text(both_),
              "# HELP level G.\n# TYPE level gauge\nlevel 1\nlevel{by=\"collector\"} 3\n"
              "# HELP other O.\n# TYPE other counter\nother 1\n");
  }
  EXPECT_THAT(first_lines_, testing::IsEmpty());
  EXPECT_THAT(second_lines_,
              testing::ElementsAre(
                  "the series 'level' is already served; further samples of it are left out",
                  "collector 'late': the series 'level{by=\"collector\"}' is already served; "
                  "further samples of it are left out",
                  "'other' is already served by the registry as a counter with help 'O.'; its samples as a gauge with "
                  "help 'O.' are left out"));
  EXPECT_EQ(lines_with(to_text(numbers), "narthex_collector_clashes_total"),
            "narthex_collector_clashes_total{collector=\"late\"} 2\n");
}

}  // namespace
}  // namespace narthex
