#include "exposition/accept_encoding.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace narthex::detail {
namespace {

TEST(AcceptEncoding, AcceptsGzipUnlessIdentityIsPreferred) {
  for (const std::string_view value : {
           "gzip",
           "x-gzip",
           "GZip",
           "deflate, gzip, br",
           "gzip, deflate, br, zstd",
           " \tgzip\t ;\tq=0.1 ",
           "gzip;Q=1",
           "gzip;q=1.000",
           "gzip;q=0.001",
           "gzip;level=9;q=0.5",
           "identity, gzip",
           "identity;q=0.5, gzip;q=0.5",
           "identity;q=0.4, gzip;q=0.5",
           "identity;q=0, gzip;q=0.1",
           "br;q=1.0, gzip;q=0.8, *;q=0.1",
           "*",
           "*;q=0.5",
           "identity;q=0, *",
           ",,gzip,,",
       }) {
    EXPECT_TRUE(accepts_gzip(value)) << value;
  }
}

TEST(AcceptEncoding, RejectsGzipIfItIsAbsentOrNotPreferred) {
  for (const std::string_view value : {
           "",
           "identity",
           "deflate, br",
           "gzip;q=0",
           "gzip;q=0.000",
           "gzip;q=0, *",
           "gzip;q=0, gzip",
           "gzip, x-gzip;q=0",
           "*;q=0",
           "identity;q=0",
           "gzip;q=0.5, identity",
           "gzip;q=0.5, identity;q=0.501",
           "gzip;q=0.5, *",
           "*;q=0.5, identity",
       }) {
    EXPECT_FALSE(accepts_gzip(value)) << value;
  }
}

TEST(AcceptEncoding, TreatsAnUnclosedQuoteAsACharacter) {
  EXPECT_TRUE(detail::accepts_gzip("br;x=\", gzip"));
  EXPECT_FALSE(detail::accepts_gzip("br;x=\", gzip\", deflate"));
}

TEST(AcceptEncoding, IgnoresMalformedElements) {
  using namespace std::string_literals;
  for (const std::string& value : {"gzip;q="s,
                                   "gzip;q"s,
                                   "gzip;q=x"s,
                                   "gzip;q=-1"s,
                                   "gzip;q=2"s,
                                   "gzip;q=1.001"s,
                                   "gzip;q=.5"s,
                                   "gzip;q=1e0"s,
                                   "gzip;q=0x1"s,
                                   "gzip;q=nan"s,
                                   "gzip;q=0.5.5"s,
                                   "gzip;q=1 1"s,
                                   "g zip"s,
                                   "gzipp"s,
                                   "gzi"s,
                                   "\"gzip\""s,
                                   ";;;q=1"s,
                                   ",;,=;\xff"s,
                                   "gzip\0"s,
                                   "gzip:q=1"s,
                                   "**"s,
                                   std::string(100'000, ','),
                                   std::string(100'000, ';')}) {
    EXPECT_FALSE(accepts_gzip(value)) << value;
    EXPECT_TRUE(accepts_gzip(value + ",gzip;q=0.5")) << value;
  }
  EXPECT_TRUE(accepts_gzip("gzip;q=1."));
  EXPECT_TRUE(accepts_gzip("gzip;q=0.12345"));
}

}  // namespace
}  // namespace narthex::detail
