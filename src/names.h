#pragma once

#include <string>
#include <string_view>

namespace narthex::detail {

// The legacy rules for names (SPEC of the exposition formats). Each returns what is wrong with the name, as the second
// half of a message, or an empty string.
std::string metric_name_fault(std::string_view name);
std::string label_name_fault(std::string_view name);

// Whether a name can stand in the text formats without quotes.
bool is_bare_metric_name(std::string_view name) noexcept;
bool is_bare_label_name(std::string_view name) noexcept;

// Appends the name of a label as the text formats write it: in quotes unless it is bare.
void append_label_name(std::string& text, std::string_view name);

}  // namespace narthex::detail
