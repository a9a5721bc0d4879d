#include <array>
#include <bit>
#include <charconv>
#include <clocale>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <limits>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "base/number.h"
#include "support/sanitized.h"

namespace narthex::detail {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string written(double value) {
  std::string text;
  append_number(text, value);
  return text;
}

// Exposition rules 1 to 22 and 28.
TEST(Number, IsWrittenAsInGo) {
  EXPECT_EQ(written(0.0), "0");                                                                                   // 1
  EXPECT_EQ(written(-0.0), "0");                                                                                  // 2
  EXPECT_EQ(written(1.0), "1");                                                                                   // 3
  EXPECT_EQ(written(-1.0), "-1");                                                                                 // 4
  EXPECT_EQ(written(100000), "100000");                                                                           // 5
  EXPECT_EQ(written(999999), "999999");                                                                           // 6
  EXPECT_EQ(written(1000000), "1e+06");                                                                           // 7
  EXPECT_EQ(written(1234567), "1.234567e+06");                                                                    // 8
  EXPECT_EQ(written(123456789), "1.23456789e+08");                                                                // 9
  EXPECT_EQ(written(1e21), "1e+21");                                                                              // 10
  EXPECT_EQ(written(0.0001), "0.0001");                                                                           // 11
  EXPECT_EQ(written(0.00011), "0.00011");                                                                         // 12
  EXPECT_EQ(written(0.00001), "1e-05");                                                                           // 13
  EXPECT_EQ(written(1e-10), "1e-10");                                                                             // 14
  EXPECT_EQ(written(0.1 + 0.2), "0.30000000000000004");                                                           // 15
  EXPECT_EQ(written(1.0 / 3), "0.3333333333333333");                                                              // 16
  EXPECT_EQ(written(9007199254740992), "9.007199254740992e+15");                                                  // 17
  EXPECT_EQ(written(1.8446744073709552e19), "1.8446744073709552e+19");                                            // 18
  EXPECT_EQ(written(std::numeric_limits<double>::max()), "1.7976931348623157e+308");                              // 19
  EXPECT_EQ(written(std::numeric_limits<double>::denorm_min()), "5e-324");                                        // 20
  EXPECT_EQ(written(0x1p-128), "2.938735877055719e-39");                                                          // 21
  EXPECT_EQ(written(100000.5), "100000.5");                                                                       // 22
  EXPECT_EQ(written(0.005) + " " + written(2.5) + " " + written(10) + " " + written(1e6), "0.005 2.5 10 1e+06");  // 28
}

template <class Number>
std::string written(char* (*write)(char*, Number) noexcept, Number number) {
  std::array<char, kMaxNumberSize> buffer{};
  return {buffer.data(), write(buffer.data(), number)};
}

// Exposition rules 1 to 25 in OpenMetrics.
TEST(Number, HasAPointOrAnExponentInOpenMetrics) {
  for (const auto& [value, text] : std::initializer_list<std::pair<double, std::string>>{
           {0.0, "0.0"},
           {-0.0, "0.0"},
           {1, "1.0"},
           {-1, "-1.0"},
           {100000, "100000.0"},
           {999999, "999999.0"},
           {-999999, "-999999.0"},
           {1000000, "1e+06"},
           {1234567, "1.234567e+06"},
           {1e21, "1e+21"},
           {0.0001, "0.0001"},
           {0.00001, "1e-05"},
           {0.1 + 0.2, "0.30000000000000004"},
           {100000.5, "100000.5"},
           {9007199254740992, "9.007199254740992e+15"},
           {std::numeric_limits<double>::max(), "1.7976931348623157e+308"},
           {-std::numeric_limits<double>::min(), "-2.2250738585072014e-308"},
           {std::numeric_limits<double>::denorm_min(), "5e-324"},
           {-std::numeric_limits<double>::quiet_NaN(), "NaN"},
           {kInfinity, "+Inf"},
           {-kInfinity, "-Inf"}}) {
    EXPECT_EQ(written<double>(write_float, value), text);
  }
}

// Exposition rule 27.
TEST(Number, IsWrittenWithAllDigitsAsAnInteger) {
  std::uint64_t number = 0;
  for (int digits = 1; digits <= 20; ++digits) {
    EXPECT_EQ(written<std::uint64_t>(write_integer, number), std::to_string(number));
    EXPECT_EQ(written<std::uint64_t>(write_integer, number + 1), std::to_string(number + 1));
    number = 10 * number + 9;
  }
  EXPECT_EQ(written<std::uint64_t>(write_integer, std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
}

TEST(Number, OfMillisecondsIsWrittenInSeconds) {
  for (std::uint64_t ms = 0; ms < 2000; ++ms) {
    std::string expected = std::to_string(ms / 1000) + "." + std::to_string(1000 + ms % 1000).substr(1);
    while (expected.back() == '0') expected.pop_back();
    if (expected.back() == '.') expected.pop_back();
    EXPECT_EQ(written<std::uint64_t>(write_seconds, ms), expected);
  }
  EXPECT_EQ(written<std::uint64_t>(write_seconds, 9'223'372'036'854'775'807), "9223372036854775.807");
}

// Exposition rule 23: quiet, negative and signalling NaN, and the stale marker of Prometheus.
TEST(Number, EveryNaNIsWrittenAsNaN) {
  for (const std::uint64_t bits :
       {0x7ff8000000000001u, 0xfff8000000000000u, 0x7ff0000000000001u, 0x7ff0000000000002u}) {
    EXPECT_EQ(written(std::bit_cast<double>(bits)), "NaN");
  }
}

// Exposition rules 24 and 25.
TEST(Number, InfinitiesHaveASign) {
  EXPECT_EQ(written(kInfinity), "+Inf");
  EXPECT_EQ(written(-kInfinity), "-Inf");
}

// Exposition rule 26.
TEST(Number, IgnoresTheLocale) {
  ASSERT_TRUE(std::setlocale(LC_ALL, "de_DE.UTF-8"));
  char comma[8];
  std::snprintf(comma, sizeof comma, "%.1f", 1.5);
  const std::string ours = written(1234.5);
  std::setlocale(LC_ALL, "C");
  ASSERT_STREQ(comma, "1,5");  // the locale is in effect
  EXPECT_EQ(ours, "1234.5");
}

// The number of bit patterns. A sanitizer makes the test many times slower.
constexpr int kPatterns = kIsSanitized ? 200'000 : 10'000'000;

// Writes a finite number other than 0 with the standard library.
std::string_view written_by_library(std::span<char, 64> buffer, double value) {
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::general).ptr;
  return {buffer.data(), end};
}

testing::AssertionResult is_spelled_as_by_library(double value) {
  std::array<char, 64> theirs{};
  std::array<char, kMaxNumberSize> ours{};
  const std::string_view text(ours.data(), write_number(ours.data(), value));
  if (text == written_by_library(theirs, value)) return testing::AssertionSuccess();
  return testing::AssertionFailure() << text << " instead of " << written_by_library(theirs, value);
}

TEST(Number, EqualsTheStandardLibraryForRandomBits) {
  std::mt19937_64 random(1);
  for (int i = 0; i < kPatterns; ++i) {
    const double value = std::bit_cast<double>(random());
    if (!std::isfinite(value) || value == 0) continue;
    ASSERT_TRUE(is_spelled_as_by_library(value));
  }
}

// Random bits are rarely an integer, or a number that is written without an exponent.
TEST(Number, EqualsTheStandardLibraryForAllSizes) {
  std::mt19937_64 random(2);
  for (int i = 0; i < kPatterns / 10; ++i) {
    const std::uint64_t bits = random();
    const auto whole = static_cast<double>(bits >> i % 64 | 1);
    ASSERT_TRUE(is_spelled_as_by_library(whole));
    ASSERT_TRUE(is_spelled_as_by_library(-whole));
    ASSERT_TRUE(is_spelled_as_by_library(whole / 1024));
    ASSERT_TRUE(is_spelled_as_by_library(whole / 1000));
    ASSERT_TRUE(is_spelled_as_by_library(static_cast<double>(bits) * std::pow(10.0, i % 16 - 25)));
  }
}

TEST(Number, EqualsTheStandardLibraryAroundPowers) {
  for (int exponent = -323; exponent <= 308; ++exponent) {
    for (const double digits : {1.0, 1.2, 9.0, 9.99, 1.23456789}) {
      const double value = digits * std::pow(10.0, exponent);
      if (value == 0 || std::isinf(value)) continue;
      ASSERT_TRUE(is_spelled_as_by_library(value));
      ASSERT_TRUE(is_spelled_as_by_library(std::nextafter(value, kInfinity)));
      if (value > std::numeric_limits<double>::denorm_min()) {
        ASSERT_TRUE(is_spelled_as_by_library(std::nextafter(value, 0)));
      }
    }
  }
  for (int exponent = -1074; exponent <= 1023; ++exponent) {
    const double value = std::ldexp(1.0, exponent);
    ASSERT_TRUE(is_spelled_as_by_library(value));
    ASSERT_TRUE(is_spelled_as_by_library(std::nextafter(value, kInfinity)));
  }
  for (int whole = 1; whole <= 1'100'000; ++whole) ASSERT_TRUE(is_spelled_as_by_library(whole));
}

TEST(Number, ACountIsWrittenAsTheNearestDouble) {
  const auto spelled_count = [](std::uint64_t count) {
    std::array<char, kMaxNumberSize> text{};
    return std::string(text.data(), write_count(text.data(), count));
  };
  EXPECT_EQ(spelled_count(0), "0");
  EXPECT_EQ(spelled_count(1234567), "1.234567e+06");
  EXPECT_EQ(spelled_count(9007199254740993), "9.007199254740992e+15");
  std::mt19937_64 random(3);
  for (int i = 0; i < 64'000; ++i) {
    const std::uint64_t count = random() >> i % 64;
    ASSERT_EQ(spelled_count(count), written(static_cast<double>(count)));
  }
}

}  // namespace
}  // namespace narthex::detail
