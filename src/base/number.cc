#include "base/number.h"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string_view>

#include <fmt/format.h>
#include <narthex/detail/float_text.h>

namespace narthex::detail {

namespace {

// Every integer below this is exactly a double.
constexpr std::uint64_t kExactIntegers = std::uint64_t{1} << std::numeric_limits<double>::digits;

// An integer below this is written without an exponent. Its digits fit into one word.
constexpr std::uint64_t kFirstScientific = 1'000'000;

constexpr int kMaxDigits = std::numeric_limits<double>::max_digits10;
constexpr std::uint64_t kEightDigits = 100'000'000;

constexpr auto kPowersOfTen = [] {
  std::array<std::uint64_t, kMaxDigits + 1> powers{1};
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = 10 * powers[i - 1];
  return powers;
}();

// Takes numbers of 1 to 17 digits. Most fractions have 15 or more. For the others the number of bits is read from the
// exponent of a double, because x86-64 converts to double faster than it finds the highest bit of a word.
int count_digits(std::uint64_t number) noexcept {
  if (number >= kPowersOfTen[14]) return 15 + (number >= kPowersOfTen[15]) + (number >= kPowersOfTen[16]);
  constexpr int kMantissaBits = std::numeric_limits<double>::digits - 1;
  constexpr int kBias = std::numeric_limits<double>::max_exponent - 2;
  const auto rounded = std::bit_cast<std::uint64_t>(static_cast<double>(static_cast<std::int64_t>(number)));
  const int bits = static_cast<int>(rounded >> kMantissaBits) - kBias;
  const int about = bits * 1233 >> 12;  // 1233 / 4096 is a little more than log10(2)
  return about + (number >= kPowersOfTen[static_cast<std::size_t>(about)]);
}

// Eight characters or digits in one word, the first in its lowest byte.
using Word = std::uint64_t;

constexpr Word kZeros = 0x3030'3030'3030'3030;

Word reversed(Word word) noexcept { return __builtin_bswap64(word); }

void put_word(char* to, Word characters) noexcept {
  if constexpr (std::endian::native == std::endian::big) characters = reversed(characters);
  std::memcpy(to, &characters, sizeof characters);
}

// Splits a number below 10^8 into its digits. The parts of each step are in one word:
//
//   12345678  ->  1234 5678  ->  12 34 56 78  ->  1 2 3 4 5 6 7 8
//
// 10486 / 2^20 and 103 / 2^10 are a little more than 1/100 and 1/10, exact enough for parts of four and two digits.
Word eight_digits(std::uint64_t number) noexcept {
  const Word fours = number / 10'000 | number % 10'000 << 32;
  const Word hundreds = fours * 10486 >> 20 & 0x0000'007f'0000'007f;
  const Word twos = hundreds | (fours - 100 * hundreds) << 16;
  const Word tens = twos * 103 >> 10 & 0x000f'000f'000f'000f;
  return tens | (twos - 10 * tens) << 8;
}

// Returns the number of a word's digits without trailing zeros.
int count_significant(Word digits) noexcept { return 8 - std::countr_zero(reversed(digits)) / 8; }

char* write_exponent(char* to, int exponent) noexcept {
  *to++ = 'e';
  *to++ = exponent < 0 ? '-' : '+';
  const int size = std::abs(exponent);
  if (size >= 100) *to++ = static_cast<char>('0' + size / 100);
  *to++ = static_cast<char>('0' + size / 10 % 10);
  *to++ = static_cast<char>('0' + size % 10);
  return to;
}

enum class TrailingZeros : bool { none, possible };

// Writes significand * 10^exponent, which is a fraction or at least 10^6. The significand is first extended with zeros
// to 17 digits; `exponent` is then the exponent of its first digit.
char* write_decimal(char* to, std::uint64_t significand, int exponent, TrailingZeros zeros) noexcept {
  const int given = count_digits(significand);
  const std::uint64_t digits = significand * kPowersOfTen[static_cast<std::size_t>(kMaxDigits - given)];
  exponent += given - 1;
  const std::uint64_t upper = digits / kEightDigits;
  const Word first = '0' + upper / kEightDigits;
  const Word middle = eight_digits(upper % kEightDigits);
  const Word last = eight_digits(digits % kEightDigits);
  int count = given;  // does not depend on the digits, so that the processor can begin the next number earlier
  if (zeros == TrailingZeros::possible) {
    count = last != 0 ? 9 + count_significant(last) : 1 + count_significant(middle);
  }

  if (exponent >= -4 && exponent < 0) {  // 0.000ddd
    put_word(to, kZeros);
    to[1] = '.';
    to += 1 - exponent;
    *to = static_cast<char>(first);
    put_word(to + 1, middle | kZeros);
    put_word(to + 9, last | kZeros);
    return to + count;
  }

  put_word(to + 2, middle | kZeros);
  put_word(to + 10, last | kZeros);
  if (exponent >= 0 &&
      exponent < 6) {  // ddd.ddd: all digits are one position too far right; those of the integer part move back
    const Word start = first | (middle | kZeros) << 8;
    const int integer_bits = 8 * (exponent + 1);
    const Word integer_part = (Word{1} << integer_bits) - 1;
    put_word(to, (start & integer_part) | Word{'.'} << integer_bits | (start & ~integer_part) << 8);
    return to + count + 1;
  }
  to[0] = static_cast<char>(first);  // d.ddde+xx
  to[1] = '.';
  return write_exponent(to + count + (count > 1), exponent);
}

// Takes numbers below 10^6.
char* write_small(char* to, std::uint64_t number) noexcept {
  int count = 1;  // does not depend on the digits either
  for (std::size_t i = 1; i < 6; ++i) count += number >= kPowersOfTen[i] ? 1 : 0;
  put_word(to, (eight_digits(number) | kZeros) >> (64 - 8 * count));
  return to + count;
}

// Returns the shortest decimal that parses to the same double, which is finite and above 0. It is a private function of
// fmt, which fmt's public functions call too. Those write 1e+06 and 1e-05 differently, and std::to_chars() takes twice
// as long. Its significand has no trailing zeros. The tests compare with to_chars(), so they fail if a version of fmt
// changes the function.
auto shortest_decimal(double size) noexcept {
  static_assert(FMT_VERSION >= 80000, "narthex needs fmt 8 or later");
  return fmt::detail::dragonbox::to_decimal(size);
}

char* write_word(char* to, std::string_view word) noexcept { return to + word.copy(to, word.size()); }

// write_ending(end) writes what follows a number that has neither a point nor an exponent.
template <class Ending>
char* write_double(char* to, double value, Ending write_ending) noexcept {
  if (value < 0) *to++ = '-';  // not for -0
  const double size = std::abs(value);
  if (size < static_cast<double>(kFirstScientific)) [[likely]] {
    const auto whole = static_cast<std::int64_t>(size);
    if (static_cast<double>(whole) == size) return write_ending(write_small(to, static_cast<std::uint64_t>(whole)));
  } else if (size < static_cast<double>(kExactIntegers)) {
    const auto whole = static_cast<std::int64_t>(size);
    if (static_cast<double>(whole) == size)
      return write_decimal(to, static_cast<std::uint64_t>(whole), 0, TrailingZeros::possible);
  } else if (std::isnan(value)) {
    return write_word(to, "NaN");  // for every sign and payload
  } else if (std::isinf(value)) {
    return write_word(to, value > 0 ? "+Inf" : "Inf");  // the minus sign is written already
  }
  const auto decimal = shortest_decimal(size);
  return write_decimal(to, decimal.significand, decimal.exponent, TrailingZeros::none);
}

}  // namespace

char* write_number(char* to, double value) noexcept {
  return write_double(to, value, [](char* end) { return end; });
}

char* write_count(char* to, std::uint64_t count) noexcept {
  return count < kFirstScientific ? write_small(to, count) : write_number(to, static_cast<double>(count));
}

char* write_float(char* to, double value) noexcept {
  return write_double(to, value, [](char* end) { return write_word(end, ".0"); });
}

char* write_integer(char* to, std::uint64_t number) noexcept {
  if (number < kFirstScientific) return write_small(to, number);
  return std::to_chars(to, to + kMaxNumberSize, number).ptr;
}

char* write_seconds(char* to, std::uint64_t milliseconds) noexcept {
  to = write_integer(to, milliseconds / 1000);
  const std::uint64_t fraction = milliseconds % 1000;
  if (fraction == 0) return to;
  const Word digits = eight_digits(fraction * 100'000);
  *to++ = '.';
  put_word(to, digits | kZeros);
  return to + count_significant(digits);
}

void append_number(std::string& out, double value) {
  char digits[kMaxNumberSize];
  out.append(digits, write_number(digits, value));
}

std::string spelled(double value) {
  std::string text;
  append_number(text, value);
  return text;
}

std::string float_text(double value) {
  char digits[kMaxNumberSize];
  return {digits, write_float(digits, value)};
}

}  // namespace narthex::detail
