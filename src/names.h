#pragma once

#include <string>
#include <string_view>

namespace narthex::detail {

// The legacy rules for names (SPEC of the exposition formats). Each returns what is wrong with the name, as the second
// half of a message, or an empty string.
std::string metric_name_fault(std::string_view name);
std::string label_name_fault(std::string_view name);

}  // namespace narthex::detail
