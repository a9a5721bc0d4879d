#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>
#include <system_error>

#include <narthex/detail/parse_double.h>
#include <narthex/exposition.h>

#include "exposition/http_list.h"

namespace narthex {

std::optional<std::chrono::milliseconds> parse_scrape_timeout(std::string_view header) noexcept {
  using Seconds = std::chrono::duration<double>;
  constexpr Seconds kLongestTimeout = std::chrono::hours(24);
  constexpr double kMaxTransferTime = 0.5;
  double seconds = 0;
  const std::string_view number = detail::trimmed(header);
  const auto [end, error] = detail::parse_double(number.data(), number.data() + number.size(), seconds);
  if (error != std::errc() || end != number.data() + number.size()) return std::nullopt;
  if (!(seconds > 0 && Seconds(seconds) <= kLongestTimeout)) return std::nullopt;  // also rejects NaN
  seconds -= std::min(seconds / 10, kMaxTransferTime);
  return std::chrono::duration_cast<std::chrono::milliseconds>(Seconds(seconds));
}

}  // namespace narthex
