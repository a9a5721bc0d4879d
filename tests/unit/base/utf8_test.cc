#include <string>

#include <gtest/gtest.h>
#include <narthex/detail/quote.h>

#include "base/utf8.h"

namespace narthex::detail {
namespace {

TEST(Utf8, AcceptsWellFormedText) {
  for (const char* text : {"", "plain", "\u00e9", "\u20ac", "\U0001F525", "\uD7FF", "\uE000", "\U0010FFFF"}) {
    EXPECT_TRUE(is_utf8(text)) << text;
  }
  EXPECT_TRUE(is_utf8(std::string_view("a\0b", 3)));
}

TEST(Utf8, RejectsWhatUnicodeForbids) {
  for (const char* text : {"\xff", "\x80", "a\xc3", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xe2\x82",
                           "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2(\xa1"}) {
    EXPECT_FALSE(is_utf8(text)) << quote(text);
  }
}

TEST(Utf8, FindsAnInvalidByteAtEveryPosition) {
  for (std::size_t size = 1; size <= 40; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string text(size, 'a');
      EXPECT_TRUE(is_utf8(text));
      text[at] = '\xc3';
      EXPECT_FALSE(is_utf8(text)) << at;
      if (at + 1 == size) continue;
      text[at + 1] = '\xa9';
      EXPECT_TRUE(is_utf8(text)) << at;
    }
  }
}

TEST(Utf8, ReplacesOnlyBytesThatAreNotPartOfACharacter) {
  std::size_t replaced = 0;
  EXPECT_EQ(to_utf8("caf\xc3\xa9 \xff\xfe caf\xe9", replaced), "caf\u00e9 \uFFFD\uFFFD caf\uFFFD");
  EXPECT_EQ(replaced, 3u);
  EXPECT_EQ(to_utf8("\xf0\x9f\x94", replaced), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(replaced, 6u);
}

TEST(Quote, EscapesControlCharactersAndCutsLongTexts) {
  EXPECT_EQ(quote("queue depth"), "'queue depth'");
  EXPECT_EQ(quote("a\nb\x7f\xff\u00e9"), "'a\\x0ab\\x7f\\xff\u00e9'");
  const std::string cut = quote(std::string(1'000'000, 'x'));
  EXPECT_LT(cut.size(), 200u);
  EXPECT_TRUE(cut.ends_with("x...' (1000000 bytes)")) << cut;
}

}  // namespace
}  // namespace narthex::detail
