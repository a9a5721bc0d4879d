#include "http/go_duration.h"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

#include <narthex/detail/parse_double.h>

namespace narthex::detail {

namespace {

constexpr std::pair<std::string_view, double> kUnits[]{{"ns", 1},   {"us", 1e3}, {"\u00b5s", 1e3}, {"\u03bcs", 1e3},
                                                       {"ms", 1e6}, {"s", 1e9},  {"m", 60e9},      {"h", 3600e9}};
constexpr double kYear = 365 * 24 * 3600e9;

}  // namespace

std::optional<std::chrono::nanoseconds> parse_go_duration(std::string_view text) {
  if (text == "0") return std::chrono::nanoseconds(0);
  if (text.empty()) return std::nullopt;
  double sum = 0;
  while (!text.empty()) {
    double amount = 0;
    const auto [end, error] = parse_double(text.data(), text.data() + text.size(), amount, std::chars_format::fixed);
    if (error != std::errc() || !(amount >= 0) || text.front() == '-') return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const std::string_view word = text.substr(0, text.find_first_of("0123456789."));
    const auto unit = std::ranges::find(kUnits, word, [](const auto& entry) { return entry.first; });
    if (unit == std::end(kUnits)) return std::nullopt;
    sum += amount * unit->second;
    text.remove_prefix(word.size());
  }
  if (sum > kYear) return std::nullopt;
  return std::chrono::nanoseconds(static_cast<std::int64_t>(sum));
}

}  // namespace narthex::detail
