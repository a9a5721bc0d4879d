#include "push/sent_series.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace narthex::detail {
namespace {

using Names = std::vector<std::string>;

// Families with the values of the label of their series.
using Push = std::vector<std::pair<std::string, Names>>;

void collect(SentSeries& series, const Push& push, const SeriesShape& shape = {}) {
  series.begin();
  for (const auto& [name, values] : push) {
    series.begin_family({.name = name, .help = "Help.", .type = MetricType::counter});
    for (const std::string& value : values) series.add(LabelText::of({{"l", value}}), shape);
  }
}

Names removed(const SentSeries& series) {
  Names names;
  series.find_removed([&](const SentFamily& family, LabelView labels, const SeriesShape&, const Timestamp&) {
    names.push_back(family.name + "{" + std::string(labels.text()) + "}");
  });
  return names;
}

TEST(SentSeries, FindsNothingIfNothingIsRemoved) {
  SentSeries series;
  collect(series, {{"a", {"1", "2"}}, {"b", {"1"}}});
  EXPECT_EQ(removed(series), Names());
  series.commit();
  collect(series, {{"a", {"1", "2", "3"}}, {"aa", {"1"}}, {"b", {"1"}}});
  EXPECT_EQ(removed(series), Names());
}

TEST(SentSeries, FindsRemovedSeriesAndFamilies) {
  SentSeries series;
  collect(series, {{"a", {"1", "2", "3"}}, {"b", {"1"}}, {"c", {"", "x\"y"}}});
  series.commit();
  collect(series, {{"a", {"3", "1"}}, {"c", {}}});
  EXPECT_EQ(removed(series), (Names{R"(a{l="2"})", R"(b{l="1"})", R"(c{l=""})", R"(c{l="x\"y"})"}));
}

TEST(SentSeries, ComparesWholeLabels) {
  SentSeries series;
  series.begin();
  series.begin_family({.name = "a", .type = MetricType::gauge});
  series.add(LabelText::of({{"x", "1"}}), {});
  series.add({}, {});
  series.commit();
  series.begin();
  series.begin_family({.name = "a", .type = MetricType::gauge});
  series.add({}, {});
  series.add(LabelText::of({{"x", "1"}}), {});
  EXPECT_EQ(removed(series), Names());
}

TEST(SentSeries, FindsASeriesAgainUntilAPushIsCommitted) {
  SentSeries series;
  collect(series, {{"a", {"1", "2"}}});
  series.commit();
  collect(series, {{"a", {"1"}}});  // fails
  EXPECT_EQ(removed(series), Names{R"(a{l="2"})"});
  collect(series, {{"a", {"1"}}});
  EXPECT_EQ(removed(series), Names{R"(a{l="2"})"});
  series.commit();
  collect(series, {{"a", {"1"}}});
  EXPECT_EQ(removed(series), Names());
}

TEST(SentSeries, FindsNoSeriesThatExistsWithAnotherType) {
  SentSeries series;
  collect(series, {{"a", {"1", "2"}}});
  series.commit();
  series.begin();
  series.begin_family({.name = "a", .type = MetricType::gauge});
  series.add(LabelText::of({{"l", "1"}}), {});
  EXPECT_EQ(removed(series), Names{R"(a{l="2"})"});
}

TEST(SentSeries, FindsPartsThatASeriesHasLost) {
  const SeriesShape before{.bounds = {1, 2, 3}, .states = {"a", "b"}, .has_classic = true, .has_native = true};
  SentSeries series;
  collect(series, {{"h", {"1", "2"}}}, before);
  series.commit();
  series.begin();
  series.begin_family({.name = "h", .type = MetricType::counter});
  series.add(LabelText::of({{"l", "1"}}), {.bounds = {1, 3, 4}, .states = {"b"}, .has_classic = true});
  series.add(LabelText::of({{"l", "2"}}), before);
  std::vector<SeriesShape> lost;
  series.find_removed([&](const auto&, LabelView labels, const SeriesShape& shape, const auto&) {
    EXPECT_EQ(labels.text(), R"(l="1")");
    lost.push_back(shape);
  });
  EXPECT_EQ(lost, (std::vector{SeriesShape{
                      .bounds = {2}, .states = {"a"}, .has_classic = true, .has_native = true, .is_partial = true}}));
}

TEST(SentSeries, KeepsTheStartTime) {
  const std::chrono::sys_time<std::chrono::milliseconds> start{std::chrono::milliseconds(1'700'000'000'000)};
  SentSeries series;
  series.begin();
  series.begin_family({.name = "a", .type = MetricType::counter});
  series.add({}, {}, start);
  series.commit();
  series.for_each([&](const auto&, LabelView, const auto&, const Timestamp& created) { EXPECT_EQ(created, start); });
}

TEST(SentSeries, KeepsManyShapes) {
  SentSeries series;
  series.begin();
  series.begin_family({.name = "a", .type = MetricType::histogram});
  for (int i = 0; i < 100; ++i) {
    series.add(LabelText::of({{"l", std::to_string(i)}}), {.bounds = {static_cast<double>(i % 10)}});
  }
  series.commit();
  int number = 0;
  series.for_each([&](const auto&, LabelView, const SeriesShape& shape, const auto&) {
    EXPECT_EQ(shape.bounds, std::vector<double>{static_cast<double>(number++ % 10)});
  });
  EXPECT_EQ(number, 100);
}

TEST(SentSeries, KeepsShapeAndDescription) {
  SentSeries series;
  series.begin();
  series.begin_family({.name = "h", .help = "Help.", .unit = "s", .type = MetricType::histogram});
  series.add({}, {.bounds = {1, 2}, .has_classic = true});
  series.add(LabelText::of({{"l", "1"}}), {.bounds = {3}, .has_native = true});
  series.add(LabelText::of({{"l", "2"}}), {.bounds = {1, 2}, .has_classic = true});
  series.commit();
  std::vector<SeriesShape> shapes;
  series.for_each([&](const SentFamily& family, LabelView, const SeriesShape& shape, const Timestamp& created) {
    EXPECT_EQ(created, Timestamp());
    EXPECT_EQ(family.name, "h");
    EXPECT_EQ(family.help, "Help.");
    EXPECT_EQ(family.unit, "s");
    EXPECT_EQ(family.type, MetricType::histogram);
    shapes.push_back(shape);
  });
  const SeriesShape classic{.bounds = {1, 2}, .has_classic = true};
  EXPECT_EQ(shapes, (std::vector{classic, SeriesShape{.bounds = {3}, .has_native = true}, classic}));
}

}  // namespace
}  // namespace narthex::detail
