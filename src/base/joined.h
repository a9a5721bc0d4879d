#pragma once

#include <span>
#include <string>
#include <string_view>

namespace narthex::detail {

// Returns the texts with the separator between them.
std::string joined(std::span<const std::string> texts, std::string_view separator);

// Returns the numbers, as the text formats write them, with the separator between them. It replaces fmt::join(), which
// adds the code for every format of a double.
std::string joined(std::span<const double> numbers, std::string_view separator);

}  // namespace narthex::detail
