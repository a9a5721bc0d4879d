#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace narthex::detail {

// Reads files of procfs and cgroupfs. A value that is missing or invalid is returned as nothing.

// Returns a whole file of at most 1 MiB.
std::optional<std::string> read_file(const std::string& path);

// Removes the next word from a text and returns it. Returns an empty text at the end.
std::string_view next_word(std::string_view& text) noexcept;

// Returns the rest of the line that starts with a key: "throttled_usec 17", "VmData:     396 kB".
std::optional<std::string_view> value_of(std::string_view text, std::string_view key) noexcept;

// Converts an integer that is not negative.
std::optional<double> to_number(std::string_view word) noexcept;

// Returns the first number after a key.
std::optional<double> number_of(std::string_view text, std::string_view key) noexcept;

// Returns the number at the beginning of a file.
std::optional<double> read_number(const std::string& path);

// Each returns the result for a number, or nothing if there is no number. A unit smaller than the wanted one is a
// divisor, because 1e-6 is not a double: 5 * 1e-6 has two errors, 5 / 1e6 is the nearest double.
std::optional<double> times(std::optional<double> number, double factor) noexcept;
std::optional<double> divide(std::optional<double> number, double divisor) noexcept;

// Divisors for numbers that are to be seconds.
inline constexpr double kMicroseconds = 1e6;
inline constexpr double kNanoseconds = 1e9;
double ticks_per_second() noexcept;

}  // namespace narthex::detail
