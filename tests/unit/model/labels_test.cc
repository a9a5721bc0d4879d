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
