#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace narthex::detail {

// What files of procfs and cgroupfs say. Whatever is not there, cannot be read or is not what it should be, is none.

// Returns a whole file, which is not larger than such files are.
std::optional<std::string> read_file(const std::string& path);

// Returns the words of a line, or of a text, one by one; empty: there is none left.
std::string_view next_word(std::string_view& text) noexcept;

// Returns what stands behind a key at the start of a line: "throttled_usec 17", "VmData:     396 kB".
std::optional<std::string_view> value_of(std::string_view text, std::string_view key) noexcept;

// Reads a whole number that is not negative.
std::optional<double> to_number(std::string_view word) noexcept;

// Returns the number that stands behind a key, and first of all.
std::optional<double> number_of(std::string_view text, std::string_view key) noexcept;

}  // namespace narthex::detail
