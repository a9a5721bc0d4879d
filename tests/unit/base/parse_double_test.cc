#include <narthex/detail/parse_double.h>

#include <bit>
#include <charconv>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <system_error>

#include <gtest/gtest.h>

namespace narthex::detail {
namespace {

using Parse = std::from_chars_result (*)(const char*, const char*, double&, std::chars_format) noexcept;

// Returns what a function does with a text: the value, the error, and the number of characters that it read.
std::string outcome(Parse parse, std::string_view text, std::chars_format format) {
  double value = 42;
  const auto [end, error] = parse(text.data(), text.data() + text.size(), value, format);
  std::string bits = value != value ? "NaN" : std::to_string(std::bit_cast<std::uint64_t>(value));
  return bits + ", error " + std::to_string(static_cast<int>(error)) + ", " + std::to_string(end - text.data());
}

TEST(ParseDouble, WithStrtodReadsWhatFromCharsReads) {
  for (const std::string_view text : {"",
                                      "0",
                                      "-0",
                                      "1",
                                      "1.5",
                                      "1,5",
                                      ".5",
                                      "5.",
                                      "-2.25",
                                      "1e3",
                                      "1e",
                                      "1e+",
                                      "1E-3",
                                      "+1",
                                      " 1",
                                      "\t1",
                                      "1 ",
                                      "0x10",
                                      "-0x1p",
                                      "0b1",
                                      "inf",
                                      "-inf",
                                      "INF",
                                      "nan",
                                      "-nan",
                                      "infinity",
                                      "e5",
                                      "-",
                                      "-+1",
                                      "1.5s",
                                      "10m30s",
                                      "1e999",
                                      "-1e999",
                                      "1e-999",
                                      "5e-324",
                                      "2.2250738585072014e-308",
                                      "1_000",
                                      "1.2.3",
                                      "0.1",
                                      "123456789012345678901234567890",
                                      "abc",
                                      "1e400x",
                                      "9007199254740993"}) {
    for (const std::chars_format format : {std::chars_format::general, std::chars_format::fixed}) {
      EXPECT_EQ(outcome(parse_with_strtod, text, format), outcome(parse_double, text, format))
          << "'" << text << "', fixed: " << (format == std::chars_format::fixed);
    }
  }
}

TEST(ParseDouble, WithStrtodIsExact) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 10'000; ++i) {
    const auto value = std::bit_cast<double>(random());
    if (value != value) continue;
    char text[32];
    const std::string_view written(text, static_cast<std::size_t>(std::to_chars(text, text + 32, value).ptr - text));
    double parsed = 0;
    parse_with_strtod(written.data(), written.data() + written.size(), parsed, std::chars_format::general);
    EXPECT_EQ(parsed, value) << written;
  }
}

TEST(ParseDouble, WithStrtodRefusesAVeryLongNumber) {
  const std::string text(128, '1');
  double value = 42;
  const auto [end, error] =
      parse_with_strtod(text.data(), text.data() + text.size(), value, std::chars_format::general);
  EXPECT_EQ(error, std::errc::invalid_argument);
  EXPECT_EQ(end, text.data());
  EXPECT_EQ(value, 42);
}

}  // namespace
}  // namespace narthex::detail
