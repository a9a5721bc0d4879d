#include "model/escape.h"

#include <algorithm>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace narthex::detail {
namespace {

bool is_plain_byte(char c) { return static_cast<unsigned char>(c) < 0x80 && c != '\\' && c != '"' && c != '\n'; }

TEST(Escape, FindsEveryByteThatIsNotPlainAtEveryPosition) {
  for (std::size_t size = 0; size <= 40; ++size) {
    EXPECT_TRUE(is_plain(std::string(size, 'a')));
    for (std::size_t at = 0; at < size; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        for (const char other : {'a', '\0', '#', '[', '\x0b', '\x7f'}) {  // next to the special ones, and the extremes
          std::string text(size, other);
          text[at] = static_cast<char>(byte);
          ASSERT_EQ(is_plain(text), std::ranges::all_of(text, is_plain_byte)) << size << ' ' << at << ' ' << byte;
        }
      }
    }
  }
}

TEST(Escape, ReadsNoByteOutsideTheText) {
  const std::string text = "\"\\\n\"\"\"\"\"\"abcdefghijkl\"\"\"\"\"\"\"\"\"";
  for (std::size_t size = 0; size <= 12; ++size) {
    EXPECT_TRUE(is_plain(std::string_view(text).substr(9, size)));
    EXPECT_TRUE(is_plain(std::string_view(text).substr(21 - size, size)));
  }
}

TEST(Escape, EscapesOnlyBackslashQuoteAndLineFeed) {
  std::string value = "v:";
  append_label_value(value, "\\a\"\nb\u00e9\\");
  EXPECT_EQ(value, "v:\\\\a\\\"\\nb\u00e9\\\\");
  std::string help = "h:";
  append_help(help, "\\a\"\nb\u00e9\\");
  EXPECT_EQ(help, "h:\\\\a\"\\nb\u00e9\\\\");
}

}  // namespace
}  // namespace narthex::detail
