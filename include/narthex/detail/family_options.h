#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

#include <narthex/labels.h>

namespace narthex::detail {

/// How many series a family may have unless its options say otherwise.
inline constexpr std::size_t kDefaultMaxSeries = 10'000;

// What the options of all kinds have in common, for the call that it is passed to.
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
  if constexpr (requires { options.unit; }) unit = options.unit;  // what is no number has none
  return {options.name, options.help, unit, options.labels, options.max_series, options.idle_timeout};
}

}  // namespace narthex::detail
