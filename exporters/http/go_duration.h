#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace narthex::detail {

// Returns a duration as Go writes it, "1m30s" or "0"; nothing for what is none, is negative or more than a year.
std::optional<std::chrono::nanoseconds> parse_go_duration(std::string_view text);

}  // namespace narthex::detail
