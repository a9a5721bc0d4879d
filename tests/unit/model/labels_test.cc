#include <iterator>
#include <ranges>
#include <string>

#include <gtest/gtest.h>
#include <narthex/error.h>
#include <narthex/labels.h>

namespace narthex {
namespace {

std::string text_of(const Labels& labels) { return std::string(LabelView(LabelText::of(labels)).text()); }

TEST(LabelText, IsSortedByNameAndEscaped) {
  EXPECT_EQ(text_of({{"zone", "b"}, {"host", "a\\b\"c\nd"}}), "host=\"a\\\\b\\\"c\\nd\",zone=\"b\"");
  EXPECT_TRUE(LabelView(LabelText()).empty());
  EXPECT_EQ(text_of(Labels{}), "");
}

TEST(LabelText, SortsBytewise) { EXPECT_EQ(text_of({{"a", "1"}, {"_", "2"}, {"A", "3"}}), "A=\"3\",_=\"2\",a=\"1\""); }

TEST(LabelText, MakesValuesUtf8) { EXPECT_EQ(text_of({{"a", "x\xff"}}), "a=\"x\uFFFD\""); }

TEST(LabelText, FindsLabelsByName) {
  const LabelText owned = LabelText::of({{"a", ",z=\"1\","}, {"b", ",y="}, {"le_b", "\\"}, {"x", ""}});
  const LabelView labels = owned;
  for (const char* name : {"a", "b", "le_b", "x"}) EXPECT_TRUE(labels.has(name)) << name;
  for (const char* name : {"", "z", "y", "le", "le_", "B", "a="}) EXPECT_FALSE(labels.has(name)) << name;
  EXPECT_FALSE(LabelView().has("a"));
}

TEST(LabelView, IteratesOverNamesAndValuesWithoutEscapes) {
  const Labels labels = {{"a", "x\n\"\\y"}, {"b", ",c=\"1\","}, {"dev\"ice", "\\"}, {"empty", ""}, {"z", "\u00e9"}};
  const LabelText owned = LabelText::of(labels);
  Labels found;
  for (const auto [name, value] : LabelView(owned)) found.emplace_back(name, value);
  EXPECT_EQ(found, labels);
  for ([[maybe_unused]] const Label label : LabelView()) FAIL() << "a view without labels has one";
}

TEST(LabelView, IteratesOverTextsOfTheViewIfNothingIsEscaped) {
  const LabelText owned =
      LabelText::of({{"a", "a long value that does not fit into a std::string without allocation"}});
  const LabelView view = owned;
  const Label label = *view.begin();
  EXPECT_EQ(static_cast<const void*>(label.name.data()), view.text().data());
  EXPECT_EQ(static_cast<const void*>(label.value.data()), view.text().data() + 3);
}

TEST(LabelIterator, CopiesItsTexts) {
  static_assert(std::input_iterator<LabelIterator>);
  static_assert(std::ranges::input_range<LabelView>);
  const LabelText owned = LabelText::of({{"a", "\"1\""}, {"b", "\"2\""}});
  LabelIterator first = LabelView(owned).begin();
  const LabelIterator copy = first;
  first++;
  EXPECT_EQ((*copy).value, "\"1\"");
  EXPECT_EQ((*first).value, "\"2\"");
  EXPECT_TRUE(++first == std::default_sentinel);
}

TEST(LabelText, QuotesNamesThatAreNotLegacyNames) {
  EXPECT_EQ(text_of({{"a b", "1"}, {"a:b", "2"}, {"\"\\\n", "3"}, {"a", "4"}}),
            "\"\\\"\\\\\\n\"=\"3\",a=\"4\",\"a b\"=\"1\",\"a:b\"=\"2\"");
}

TEST(LabelText, RejectsInvalidReservedAndRepeatedNames) {
  EXPECT_THROW(static_cast<void>(LabelText::of({{"a\xff", "1"}})), LabelError);
  EXPECT_THROW(static_cast<void>(LabelText::of({{"__a", "1"}})), LabelError);
  EXPECT_THROW(static_cast<void>(LabelText::of({{"", "1"}})), LabelError);
  EXPECT_THROW(static_cast<void>(LabelText::of({{std::string("a\0", 2), "1"}})), LabelError);
  EXPECT_THROW(static_cast<void>(LabelText::of({{"a", "1"}, {"a", "2"}})), LabelError);
}

}  // namespace
}  // namespace narthex
