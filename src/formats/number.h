#pragma once

#include <string>

namespace narthex::detail {

// Appends a number as the text formats spell it: the shortest digits that read back to the same double, in the shape of
// Go's strconv.FormatFloat(value, 'g', -1, 64): 0.25, 1e+06, NaN, +Inf. No locale takes part.
void append_number(std::string& out, double value);

}  // namespace narthex::detail
