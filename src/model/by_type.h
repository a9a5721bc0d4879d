#pragma once

#include <array>
#include <cstddef>

#include <narthex/sink.h>

namespace narthex::detail {

// Returns the value of a type from a list in the order of MetricType. A number outside of the enumeration is `unknown`.
template <class Value>
constexpr Value by_type(MetricType type, const std::array<Value, 8>& values) noexcept {
  const auto index = static_cast<std::size_t>(type);
  return values[index < values.size() ? index : static_cast<std::size_t>(MetricType::unknown)];
}

}  // namespace narthex::detail
