#include "formats/output.h"

#include <string>

#include <gtest/gtest.h>

#include "support/output_pieces.h"

namespace narthex::detail {
namespace {

TEST(StringOutput, AppendsTheFinishedText) {
  std::string text = "before ";
  StringOutput output(text);
  write(output.take(0, 0, 6), 0, "one");
  write(output.take(2, 0, 6), 0, "two");
  output.take(3, 0, 0);
  EXPECT_EQ(text, "before ontwo");
  write(output.take(0, 0, 5), 0, "three");
  output.take(5, 0, 0);
  EXPECT_EQ(text, "before ontwothree");
}

TEST(StringOutput, LeavesOutTextThatIsNotFinished) {
  std::string text;
  {
    StringOutput output(text);
    write(output.take(0, 0, 9), 0, "one | two");
    output.take(3, 6, 100);
  }
  EXPECT_EQ(text, "one");
}

TEST(StringOutput, KeepsUnfinishedText) {
  std::string text;
  StringOutput output(text);
  const std::string expected = write_pieces(output);
  EXPECT_TRUE(text == expected) << "the texts differ";
}

// 40 MB, whose memory grows in several steps.
TEST(StringOutput, KeepsLargeText) {
  std::string text;
  StringOutput output(text);
  std::string expected;
  std::size_t finished = 0;
  for (int number = 0; expected.size() < 40'000'000; ++number) {
    const std::string line = std::to_string(number) + " is a line of many\n";
    write(output.take(finished, 0, line.size()), 0, line);
    finished = line.size();
    expected += line;
  }
  output.take(finished, 0, 0);
  EXPECT_TRUE(text == expected) << "the texts differ";
}

}  // namespace
}  // namespace narthex::detail
