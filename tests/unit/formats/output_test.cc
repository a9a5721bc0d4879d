#include "formats/output.h"

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "formats/gzip_output.h"
#include "formats/gzip_stream.h"
#include "support/gunzip.h"

namespace narthex::detail {
namespace {

// Writes a text at a position of a room.
void write(std::span<char> room, std::size_t at, std::string_view text) {
  ASSERT_GE(room.size(), at + text.size());
  std::ranges::copy(text, room.subspan(at).begin());
}

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

// Writes pieces that are finished or stay unfinished, and that the room is too small for. Returns the whole text.
std::string write_pieces(Output& output) {
  std::string expected;
  std::size_t finished = 0;
  std::size_t unfinished = 0;
  for (std::size_t i = 0; i < 2'000; ++i) {
    const std::string piece(i % 700 + 1, static_cast<char>('a' + i % 26));
    const std::span<char> room = output.take(finished, unfinished, piece.size());
    write(room, unfinished, piece);
    expected += piece;
    finished = i % 3 == 0 && i % 1'000 > 200 ? unfinished + piece.size() / 2 : 0;
    unfinished += piece.size() - finished;
  }
  output.take(finished + unfinished, 0, 0);
  return expected;
}

TEST(StringOutput, KeepsUnfinishedText) {
  std::string text;
  StringOutput output(text);
  const std::string expected = write_pieces(output);
  EXPECT_TRUE(text == expected) << "the texts differ";
}

TEST(GzipOutput, KeepsUnfinishedText) {
  if (!GzipStream::is_supported()) GTEST_SKIP() << "built without ISA-L and zlib";
  std::string compressed;
  GzipOutput output(compressed);
  const std::string expected = write_pieces(output);
  EXPECT_TRUE(output.finish());
  EXPECT_TRUE(gunzip(compressed) == expected) << "the texts differ";
}

}  // namespace
}  // namespace narthex::detail
