#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace narthex::detail {

// Parses a duration in the notation of Go, "1m30s" or "0". Returns nothing for other texts, negative durations, and
// durations above a year.
std::optional<std::chrono::nanoseconds> parse_go_duration(std::string_view text);

}  // namespace narthex::detail
