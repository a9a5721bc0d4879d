// A build without ISA-L and zlib.

#include <string>

#include <gtest/gtest.h>
#include <narthex/error.h>

#include "formats/gzip_output.h"
#include "formats/gzip_stream.h"

namespace narthex::detail {
namespace {

TEST(WithoutGzip, LeavesShortTextUnchanged) {
  std::string out;
  GzipOutput output(out);
  output.write("up 1\n");
  EXPECT_FALSE(output.finish());
  EXPECT_EQ(out, "up 1\n");
}

TEST(WithoutGzip, NamesTheLibrariesThatCompress) {
  ASSERT_FALSE(GzipStream::is_supported());
  std::string out;
  GzipOutput output(out);
  try {
    output.write(std::string(2'000, 'a'));
    FAIL() << "a text was compressed";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "gzip: narthex was built without ISA-L and without zlib; build it with one of them");
  }
}

}  // namespace
}  // namespace narthex::detail
