#pragma once

#include <string>
#include <string_view>

#include <narthex/detail/export.h>

namespace NARTHEX_VISIBILITY narthex {
namespace detail {

// Both compare two texts in the text format 0.0.4, line by line, and return what is different, or nothing. Two lines
// with the same sample are the same, however their labels are ordered and their numbers spelled.

// Returns how the lines of one text differ from those of the other, in their order.
NARTHEX_EXPORT std::string difference_of_lines(std::string_view actual, std::string_view expected);

// Returns which of the expected lines are missing, and what the text has instead.
NARTHEX_EXPORT std::string missing_lines(std::string_view actual, std::string_view expected);

}  // namespace detail
}  // namespace narthex
