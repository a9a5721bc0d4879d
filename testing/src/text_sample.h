#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include <narthex/labels.h>

namespace narthex::detail {

// One sample of the text format 0.0.4. The views are into the line that it was read from.
struct TextSample {
  std::string_view name;
  Labels labels;  // sorted
  double value = 0;
  std::string_view timestamp;  // not parsed; empty: none
};

// Returns the sample on a line; nothing if there is none, because it is a comment or a mistake.
std::optional<TextSample> read_sample(std::string_view line);

// Returns the value of a whole text, which is a number of the text format 0.0.4.
std::optional<double> parse_number(std::string_view text);

// Returns the lines of a text that are not blank, without their indentation.
std::vector<std::string_view> lines_of(std::string_view text);

// Takes the word that a text begins with off it, and the blanks around it.
std::string_view take_word(std::string_view& text);

}  // namespace narthex::detail
