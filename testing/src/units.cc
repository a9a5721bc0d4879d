#include "units.h"

#include <algorithm>
#include <array>
#include <utility>

namespace narthex::detail {

namespace {

using Unit = std::pair<std::string_view, std::string_view>;

// What promtool takes for a unit, and what it wants instead.
constexpr std::array<Unit, 24> kUnits{{
    {"amperes", "amperes"}, {"bits", "bytes"},    {"bytes", "bytes"},        {"calories", "joules"},
    {"celsius", "celsius"}, {"days", "seconds"},  {"fahrenheit", "celsius"}, {"grams", "grams"},
    {"hours", "seconds"},   {"inches", "meters"}, {"joules", "joules"},      {"kelvin", "kelvin"},
    {"kelvins", "kelvin"},  {"meters", "meters"}, {"metres", "metres"},      {"miles", "meters"},
    {"minutes", "seconds"}, {"ounces", "grams"},  {"pounds", "grams"},       {"rankine", "celsius"},
    {"seconds", "seconds"}, {"volts", "volts"},   {"weeks", "seconds"},      {"yards", "meters"},
}};

// As promtool has them: its binary prefix of mega is spelled that way.
constexpr std::array<std::string_view, 18> kPrefixes{"pico", "nano",  "micro", "milli", "centi", "deci",
                                                     "deca", "hecto", "kilo",  "kibi",  "mega",  "mibi",
                                                     "giga", "gibi",  "tera",  "tebi",  "peta",  "pebi"};

std::optional<std::string_view> base_without_prefix(std::string_view word) {
  const auto* unit = std::ranges::find(kUnits, word, &Unit::first);
  return unit == kUnits.end() ? std::nullopt : std::optional(unit->second);
}

}  // namespace

std::optional<std::string_view> base_unit(std::string_view word) {
  if (const auto base = base_without_prefix(word)) return base;
  for (const std::string_view prefix : kPrefixes) {
    if (!word.starts_with(prefix)) continue;
    if (const auto base = base_without_prefix(word.substr(prefix.size()))) return base;
  }
  return std::nullopt;
}

}  // namespace narthex::detail
