#include "otlp/ucum_unit.h"

#include <algorithm>
#include <array>
#include <utility>

namespace narthex::detail::otlp {

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 24> kUnits{{
    {"seconds", "s"},      {"milliseconds", "ms"}, {"microseconds", "us"}, {"nanoseconds", "ns"}, {"minutes", "min"},
    {"hours", "h"},        {"days", "d"},          {"bytes", "By"},        {"kibibytes", "KiBy"}, {"mebibytes", "MiBy"},
    {"gibibytes", "GiBy"}, {"megabytes", "MBy"},   {"gigabytes", "GBy"},   {"terabytes", "TBy"},  {"meters", "m"},
    {"volts", "V"},        {"amperes", "A"},       {"joules", "J"},        {"watts", "W"},        {"grams", "g"},
    {"celsius", "Cel"},    {"hertz", "Hz"},        {"percent", "%"},       {"ratio", "1"},
}};

}  // namespace

std::string_view ucum_unit(std::string_view unit) noexcept {
  const auto* const found = std::ranges::find(kUnits, unit, &std::pair<std::string_view, std::string_view>::first);
  return found == kUnits.end() ? unit : found->second;
}

}  // namespace narthex::detail::otlp
