#pragma once

#include <optional>
#include <string_view>

namespace narthex::detail {

// Returns the base unit of a word that is a unit: seconds for minutes and milliseconds, bytes for bytes.
std::optional<std::string_view> base_unit(std::string_view word);

}  // namespace narthex::detail
