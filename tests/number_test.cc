#include <bit>
#include <charconv>
#include <clocale>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "formats/number.h"

namespace narthex::detail {
namespace {

std::string spelled(double value) {
  std::string text;
  append_number(text, value);
  return text;
}

// SPEC cases 1 to 22, and 28 for the bounds of buckets.
TEST(Number, IsSpelledAsGoDoes) {
  EXPECT_EQ(spelled(0.0), "0");                                                                                   // 1
  EXPECT_EQ(spelled(-0.0), "0");                                                                                  // 2
  EXPECT_EQ(spelled(1.0), "1");                                                                                   // 3
  EXPECT_EQ(spelled(-1.0), "-1");                                                                                 // 4
  EXPECT_EQ(spelled(100000), "100000");                                                                           // 5
  EXPECT_EQ(spelled(999999), "999999");                                                                           // 6
  EXPECT_EQ(spelled(1000000), "1e+06");                                                                           // 7
  EXPECT_EQ(spelled(1234567), "1.234567e+06");                                                                    // 8
  EXPECT_EQ(spelled(123456789), "1.23456789e+08");                                                                // 9
  EXPECT_EQ(spelled(1e21), "1e+21");                                                                              // 10
  EXPECT_EQ(spelled(0.0001), "0.0001");                                                                           // 11
  EXPECT_EQ(spelled(0.00011), "0.00011");                                                                         // 12
  EXPECT_EQ(spelled(0.00001), "1e-05");                                                                           // 13
  EXPECT_EQ(spelled(1e-10), "1e-10");                                                                             // 14
  EXPECT_EQ(spelled(0.1 + 0.2), "0.30000000000000004");                                                           // 15
  EXPECT_EQ(spelled(1.0 / 3), "0.3333333333333333");                                                              // 16
  EXPECT_EQ(spelled(9007199254740992), "9.007199254740992e+15");                                                  // 17
  EXPECT_EQ(spelled(1.8446744073709552e19), "1.8446744073709552e+19");                                            // 18
  EXPECT_EQ(spelled(std::numeric_limits<double>::max()), "1.7976931348623157e+308");                              // 19
  EXPECT_EQ(spelled(std::numeric_limits<double>::denorm_min()), "5e-324");                                        // 20
  EXPECT_EQ(spelled(0x1p-128), "2.938735877055719e-39");                                                          // 21
  EXPECT_EQ(spelled(100000.5), "100000.5");                                                                       // 22
  EXPECT_EQ(spelled(0.005) + " " + spelled(2.5) + " " + spelled(10) + " " + spelled(1e6), "0.005 2.5 10 1e+06");  // 28
}

// SPEC case 23: quiet, negative, signalling, and Prometheus' own marker for a series that ended.
TEST(Number, EveryNaNIsSpelledAlike) {
  for (const std::uint64_t bits :
       {0x7ff8000000000001u, 0xfff8000000000000u, 0x7ff0000000000001u, 0x7ff0000000000002u}) {
    EXPECT_EQ(spelled(std::bit_cast<double>(bits)), "NaN");
  }
}

// SPEC cases 24 and 25.
TEST(Number, InfinitiesCarryTheirSign) {
  EXPECT_EQ(spelled(std::numeric_limits<double>::infinity()), "+Inf");
  EXPECT_EQ(spelled(-std::numeric_limits<double>::infinity()), "-Inf");
}

// SPEC case 26.
TEST(Number, TakesNoNoticeOfTheLocale) {
  ASSERT_TRUE(std::setlocale(LC_ALL, "de_DE.UTF-8"));
  char comma[8];
  std::snprintf(comma, sizeof comma, "%.1f", 1.5);
  const std::string ours = spelled(1234.5);
  std::setlocale(LC_ALL, "C");
  ASSERT_STREQ(comma, "1,5");  // the locale was in force
  EXPECT_EQ(ours, "1234.5");
}

TEST(Number, ReadsBackToTheSameDouble) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 200'000; ++i) {
    const double value = std::bit_cast<double>(random());
    if (value != value) continue;
    const std::string text = spelled(value);
    double back = 0;
    std::from_chars(text.data() + (text.front() == '+'), text.data() + text.size(), back);
    ASSERT_EQ(back, value) << text;
  }
}

}  // namespace
}  // namespace narthex::detail
