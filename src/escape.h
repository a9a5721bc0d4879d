#pragma once

#include <string>
#include <string_view>

namespace narthex::detail {

// Appends a label value the way every text format wants it: \ " and line feed are escaped.
void append_label_value(std::string& out, std::string_view value);

// Appends a help text for the text format 0.0.4: \ and line feed are escaped, quotes are not.
void append_help(std::string& out, std::string_view help);

}  // namespace narthex::detail
