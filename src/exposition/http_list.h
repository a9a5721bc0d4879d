#pragma once

#include <optional>
#include <string_view>

namespace narthex::detail {

// Reads the lists in request headers (RFC 9110, 5.6 and 12.4.2) in one pass and without copying:
//
//   text/plain;version=0.0.4;q=0.5, */*       commas separate clauses; semicolons separate a value and its parameters
//
// A separator in a quoted string does not separate. A malformed clause does not affect other clauses.

// Returns the text without leading and trailing blanks.
std::string_view trimmed(std::string_view text) noexcept;

// Removes the part before the first separator, and the separator, from the text; returns the part, trimmed.
std::string_view next_part(std::string_view& text, char separator) noexcept;

// Returns whether a text equals a word; upper and lower case are equal.
bool is_same_word(std::string_view text, std::string_view lower_case) noexcept;

// One parameter of a value: `version=0.0.4`, `version="0.0.4"`.
struct HttpParameter {
  std::string_view name;
  std::string_view value;  // without quotes

  bool has_name(std::string_view lower_case) const noexcept { return is_same_word(name, lower_case); }
};

// Removes the next parameter from the text and returns it. Its name is empty if there is nothing between two
// semicolons.
HttpParameter next_parameter(std::string_view& parameters) noexcept;

// A weight q in thousandths.
using Weight = int;
constexpr Weight kFullWeight = 1000;

// Reads 0, 0.5, 1.000; further decimals are ignored. Returns nothing if the text is not a weight.
std::optional<Weight> to_weight(std::string_view text) noexcept;

}  // namespace narthex::detail
