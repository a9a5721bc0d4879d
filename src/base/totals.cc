#include "base/totals.h"

#include <cstddef>

#include <narthex/detail/http_totals.h>

#include "base/utf8.h"

namespace narthex::detail {

namespace {

constinit Totals process_totals;  // constinit: usable from static constructors
constinit HttpTotals process_http_totals;

}  // namespace

Totals& totals() noexcept { return process_totals; }

HttpTotals& http_totals() noexcept { return process_http_totals; }

std::string as_utf8(std::string_view text) {
  if (is_utf8(text)) return std::string(text);
  std::size_t replaced = 0;
  std::string clean = to_utf8(text, replaced);
  process_totals.replaced_bytes.fetch_add(replaced, std::memory_order_relaxed);  // relaxed: a sum orders nothing else
  return clean;
}

std::string without_nul(std::string_view text) {
  std::string clean;
  std::size_t replaced = 0;
  while (has_nul(text)) {
    const std::string_view before = text.substr(0, text.find(kNul));
    clean.append(before).append(kReplacement);
    text.remove_prefix(before.size() + kNul.size());
    ++replaced;
  }
  process_totals.replaced_bytes.fetch_add(replaced, std::memory_order_relaxed);  // relaxed: as above
  return clean.append(text);
}

}  // namespace narthex::detail
