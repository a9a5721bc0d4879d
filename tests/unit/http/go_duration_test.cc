#include "http/go_duration.h"

#include <gtest/gtest.h>

namespace narthex::detail {
namespace {

using namespace std::chrono_literals;

TEST(GoDuration, HasTheSyntaxOfGo) {
  EXPECT_EQ(parse_go_duration("0"), 0ns);
  EXPECT_EQ(parse_go_duration("0s"), 0ns);
  EXPECT_EQ(parse_go_duration("1s"), 1s);
  EXPECT_EQ(parse_go_duration("250ms"), 250ms);
  EXPECT_EQ(parse_go_duration("1.5h"), 90min);
  EXPECT_EQ(parse_go_duration("1m30.5s"), 90'500ms);
  EXPECT_EQ(parse_go_duration("7us"), 7us);
  EXPECT_EQ(parse_go_duration("7\u00b5s"), 7us);
  EXPECT_EQ(parse_go_duration("3ns"), 3ns);
  EXPECT_EQ(parse_go_duration("8760h"), 8760h);
}

TEST(GoDuration, NeedsAUnitAndHasNoSign) {
  for (const char* bad : {"", "1", "s", "1d", "-1s", "1s-1s", "1 s", " 1s", "1s ", "1e3s", "nans", "infs", ".", "8761h",
                          "99999999999999999999h"}) {
    EXPECT_EQ(parse_go_duration(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace narthex::detail
