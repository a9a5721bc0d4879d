#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace narthex::detail {

// Numbers as the text formats spell them: the shortest digits that read back to the same double, in the shape of Go's
// strconv.FormatFloat(value, 'g', -1, 64): 0.25, 1e+06, NaN, +Inf. No locale takes part.

// How much room a number needs: the longest is -2.2250738585072014e-308, the rest is scratch space.
constexpr std::size_t kMaxNumberSize = 32;

// Writes a number to where there is room for kMaxNumberSize characters; returns its end.
char* write_number(char* to, double value) noexcept;

// The same for a count, which is spelled as the double nearest to it: 1234567 is 1.234567e+06.
char* write_count(char* to, std::uint64_t count) noexcept;

// A number as OpenMetrics spells it, which shows of every float that it is one: 1.0 instead of 1.
char* write_float(char* to, double value) noexcept;

// All digits of a whole number, up to 18446744073709551615.
char* write_integer(char* to, std::uint64_t number) noexcept;

// Milliseconds as seconds, with as many decimals as there are: 1700000000.5. Never with an exponent.
char* write_seconds(char* to, std::uint64_t milliseconds) noexcept;

void append_number(std::string& out, double value);

}  // namespace narthex::detail
