#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include <narthex/sink.h>

namespace narthex::detail::otlp {

// Returns a time in nanoseconds since 1970, or nothing if the field of a message cannot have it: it is not after 1970,
// where 0 means that there is no time, or later than the year 2554.
inline std::optional<std::uint64_t> nanoseconds_of(Timestamp::value_type time) noexcept {
  constexpr std::uint64_t kNanoseconds = 1'000'000;                                       // in a millisecond
  const auto milliseconds = static_cast<std::uint64_t>(time.time_since_epoch().count());  // huge if negative
  if (milliseconds == 0 || milliseconds > std::numeric_limits<std::uint64_t>::max() / kNanoseconds) return std::nullopt;
  return milliseconds * kNanoseconds;
}

// The same, with 0 for no time.
inline std::uint64_t nanoseconds_or_zero(const Timestamp& time) noexcept {
  return time ? nanoseconds_of(*time).value_or(0) : 0;
}

}  // namespace narthex::detail::otlp
