#pragma once

#include <optional>
#include <string_view>

namespace narthex::detail {

// What the lists in request headers are made of (RFC 9110, 5.6 and 12.4.2), read in one pass, without a copy:
//
//   text/plain;version=0.0.4;q=0.5, */*       clauses between commas, each a value and its parameters, between semicolons
//
// A separator in a quoted string is none. What is malformed reads as something, and harms its own clause only.

// Returns the text without the blanks around it.
std::string_view trimmed(std::string_view text) noexcept;

// Returns what stands before the first separator, without the blanks around it, and takes both off the text.
std::string_view next_part(std::string_view& text, char separator) noexcept;

// Whether a text is a word, whatever the case of its letters.
bool is_same_word(std::string_view text, std::string_view lower_case) noexcept;

// One parameter behind a value: `version=0.0.4`, `version="0.0.4"`.
struct HttpParameter {
  std::string_view name;
  std::string_view value;  // without its quotes

  bool is_called(std::string_view lower_case) const noexcept { return is_same_word(name, lower_case); }
};

// Returns the next parameter and takes it off the text; an empty name where nothing stands between two semicolons.
HttpParameter next_parameter(std::string_view& parameters) noexcept;

// A weight q in thousandths.
using Weight = int;
constexpr Weight kFullWeight = 1000;

// Reads 0, 0.5, 1.000; what has more than three decimals is cut off. None: it is no weight.
std::optional<Weight> to_weight(std::string_view text) noexcept;

}  // namespace narthex::detail
