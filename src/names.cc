#include "names.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include <fmt/format.h>
#include <narthex/detail/quote.h>

#include "escape.h"
#include "utf8.h"

namespace narthex::detail {

namespace {

// What tells one kind of name from the other.
struct Rule {
  std::string_view what;
  std::string_view extra;  // allowed beside letters, digits and _
  std::string_view allowed;
};

constexpr Rule kMetricName{"a metric name", ":", "[a-zA-Z_:][a-zA-Z0-9_:]*"};
constexpr Rule kLabelName{"a label name", "", "[a-zA-Z_][a-zA-Z0-9_]*"};

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// What every name may contain, by byte: names are checked again in every scrape.
constexpr auto kWordBytes = [] {
  std::array<bool, 256> table{};
  for (std::size_t byte = 0; byte < table.size(); ++byte) {
    const char c = static_cast<char>(byte);
    table[byte] = is_letter(c) || is_digit(c) || c == '_';
  }
  return table;
}();

bool is_allowed(char c, const Rule& rule) noexcept {
  return kWordBytes[static_cast<unsigned char>(c)] || rule.extra.find(c) != std::string_view::npos;
}

bool is_bare(std::string_view name, const Rule& rule) noexcept {
  return !name.empty() && !is_digit(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return is_allowed(c, rule); });
}

std::string fault(std::string_view name, const Rule& rule) {
  if (name.empty()) return fmt::format("{} may not be empty; allowed: {}", rule.what, rule.allowed);
  if (is_digit(name.front())) {
    return fmt::format("{} may not start with {}; allowed: {}", rule.what, quote(name.substr(0, 1)), rule.allowed);
  }
  const auto bad = std::ranges::find_if_not(name, [&](char c) { return is_allowed(c, rule); });
  if (bad == name.end()) return {};
  const std::string_view rest = name.substr(static_cast<std::size_t>(bad - name.begin()));
  const std::size_t length = std::max<std::size_t>(utf8_length(rest), 1);
  return fmt::format("{} may not contain {}; allowed: {}", rule.what, quote(rest.substr(0, length)), rule.allowed);
}

}  // namespace

std::string metric_name_fault(std::string_view name) { return fault(name, kMetricName); }

std::string label_name_fault(std::string_view name) {
  if (name.starts_with("__")) return "label names that start with '__' are reserved for Prometheus itself";
  return fault(name, kLabelName);
}

bool is_bare_metric_name(std::string_view name) noexcept { return is_bare(name, kMetricName); }

bool is_bare_label_name(std::string_view name) noexcept { return is_bare(name, kLabelName); }

void append_label_name(std::string& text, std::string_view name) {
  if (is_bare_label_name(name)) {
    text += name;
    return;
  }
  text += '"';
  append_label_value(text, name);
  text += '"';
}

}  // namespace narthex::detail
