#pragma once

#include <concepts>
#include <string_view>
#include <type_traits>

#include <narthex/detail/export.h>

namespace NARTHEX_VISIBILITY narthex {
namespace detail {

template <class Value>
concept HeaderText = std::is_convertible_v<const Value&, const char*> || requires(const Value& value) {
  { value.data() } -> std::convertible_to<const char*>;
};

// Calls take(text) for one value of a header: a text, a pair of a name and a text, or a field with a function value().
// A null pointer is no value.
template <class Value, class Take>
void take_header_value(const Value& value, const Take& take) {
  if constexpr (std::is_convertible_v<const Value&, const char*>) {
    if (const char* const text = value) take(std::string_view(text));
  } else if constexpr (HeaderText<Value>) {
    take(std::string_view(value.data(), value.size()));
  } else if constexpr (requires { value.second; }) {
    take_header_value(value.second, take);
  } else {
    take_header_value(value.value(), take);
  }
}

// Calls take(text) for each value of a header. `values` is one text, an optional text, a range of values, or the pair
// of iterators that equal_range() returns.
template <class Values, class Take>
void take_header_values(Values&& values, const Take& take) {
  if constexpr (HeaderText<std::remove_cvref_t<Values>>) {
    take_header_value(values, take);
  } else if constexpr (requires {
                         values.first != values.second;
                         *values.first;
                       }) {
    for (auto value = values.first; value != values.second; ++value) take_header_value(*value, take);
  } else if constexpr (requires { values.has_value(); }) {
    if (values.has_value()) take_header_value(*values, take);
  } else {
    for (const auto& value : values) take_header_value(value, take);
  }
}

}  // namespace detail
}  // namespace narthex
