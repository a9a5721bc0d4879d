#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace narthex::detail {

// Numbers in the text formats: the shortest digits that parse to the same double, in the form of Go's
// strconv.FormatFloat(value, 'g', -1, 64): 0.25, 1e+06, NaN, +Inf. Independent of the locale.

// The buffer size that every function here needs. The longest number is -2.2250738585072014e-308; the rest is scratch
// space.
constexpr std::size_t kMaxNumberSize = 32;

// Writes a number to a buffer of kMaxNumberSize characters, and returns its end.
char* write_number(char* to, double value) noexcept;

// Writes a count as the nearest double: 1234567 is 1.234567e+06.
char* write_count(char* to, std::uint64_t count) noexcept;

// Writes a number in the form of OpenMetrics, where every float has a point or an exponent: 1.0 instead of 1.
char* write_float(char* to, double value) noexcept;

// Writes all digits of an integer, up to 18446744073709551615.
char* write_integer(char* to, std::uint64_t number) noexcept;

// Writes milliseconds as seconds, without trailing zeros: 1700000000.5. Never with an exponent.
char* write_seconds(char* to, std::uint64_t milliseconds) noexcept;

void append_number(std::string& out, double value);

// Returns the text of write_number().
std::string spelled(double value);

}  // namespace narthex::detail
