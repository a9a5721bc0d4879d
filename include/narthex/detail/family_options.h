#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

#include <narthex/detail/export.h>
#include <narthex/labels.h>

namespace NARTHEX_VISIBILITY narthex {
namespace detail {

// The options that all kinds have in common. It refers to the options that it is created from.
struct FamilyOptions {
  std::string_view name;
  std::string_view help;
  std::string_view unit;
  const Labels& labels;
  std::size_t max_series;
  std::chrono::milliseconds idle_timeout;
};

template <class Options>
FamilyOptions common(const Options& options) {
  std::string_view unit;
  if constexpr (requires { options.unit; }) unit = options.unit;  // an info and a state set have none
  return {options.name, options.help, unit, options.labels, options.max_series, options.idle_timeout};
}

}  // namespace detail
}  // namespace narthex
