#include "model/names.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include <fmt/format.h>
#include <narthex/detail/quote.h>

#include "base/utf8.h"
#include "model/escape.h"

namespace narthex::detail {

namespace {

// The characters of metric names or label names.
struct Charset {
  std::string_view what;
  std::string_view extra;  // allowed beside letters, digits and _
  std::string_view allowed;
};

constexpr Charset kMetricName{"a metric name", ":", "[a-zA-Z_:][a-zA-Z0-9_:]*"};
constexpr Charset kLabelName{"a label name", "", "[a-zA-Z_][a-zA-Z0-9_]*"};

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// The bytes that every name may contain. A table, because the names of collectors are checked in every scrape.
constexpr auto kWordBytes = [] {
  std::array<bool, 256> table{};
  for (std::size_t byte = 0; byte < table.size(); ++byte) {
    const char c = static_cast<char>(byte);
    table[byte] = is_letter(c) || is_digit(c) || c == '_';
  }
  return table;
}();

bool is_in_charset(char c, const Charset& charset) noexcept {
  return kWordBytes[static_cast<unsigned char>(c)] || charset.extra.find(c) != std::string_view::npos;
}

bool is_legacy(std::string_view name, const Charset& charset) noexcept {
  return !name.empty() && !is_digit(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return is_in_charset(c, charset); });
}

std::string utf8_name_error(std::string_view name, const Charset& charset) {
  if (name.empty()) return fmt::format("{} must not be empty", charset.what);
  if (!is_utf8(name)) return fmt::format("{} must be UTF-8", charset.what);
  // Prometheus rejects a scrape with such a name.
  return has_nul(name) ? fmt::format("{} must not contain {}; allowed: any other UTF-8", charset.what, quote(kNul))
                       : std::string();
}

std::string legacy_name_error(std::string_view name, const Charset& charset) {
  if (is_legacy(name, charset)) return {};
  std::string allowed = fmt::format("allowed: {}", charset.allowed);
  if (utf8_name_error(name, charset).empty()) allowed += ", or any UTF-8 with RegistryOptions{.utf8_names = true}";
  if (name.empty()) return fmt::format("{} must not be empty; {}", charset.what, allowed);
  if (is_digit(name.front())) {
    return fmt::format("{} must not start with {}; {}", charset.what, quote(name.substr(0, 1)), allowed);
  }
  const auto bad = std::ranges::find_if_not(name, [&](char c) { return is_in_charset(c, charset); });
  const std::string_view rest = name.substr(static_cast<std::size_t>(bad - name.begin()));
  const std::size_t length = std::max<std::size_t>(utf8_length(rest), 1);
  return fmt::format("{} must not contain {}; {}", charset.what, quote(rest.substr(0, length)), allowed);
}

std::string name_error(std::string_view name, const Charset& charset, NameRule rule) {
  return rule == NameRule::utf8 ? utf8_name_error(name, charset) : legacy_name_error(name, charset);
}

}  // namespace

std::string metric_name_error(std::string_view name, NameRule rule) { return name_error(name, kMetricName, rule); }

std::string label_name_error(std::string_view name, NameRule rule) {
  if (name.starts_with("__")) return "a label name must not start with '__'; Prometheus reserves such names";
  return name_error(name, kLabelName, rule);
}

std::string labels_error(const Labels& labels, NameRule rule) {
  for (const auto& [name, value] : labels) {
    if (const std::string error = label_name_error(name, rule); !error.empty()) {
      return fmt::format("label {}: {}", quote(name), error);
    }
  }
  const auto twice = std::ranges::adjacent_find(labels, {}, &Labels::value_type::first);
  if (twice == labels.end()) return {};
  return fmt::format("label {}: the name appears twice; a series has each label once", quote(twice->first));
}

bool is_legacy_metric_name(std::string_view name) noexcept { return is_legacy(name, kMetricName); }

bool is_legacy_label_name(std::string_view name) noexcept { return is_legacy(name, kLabelName); }

void append_label_name(std::string& text, std::string_view name) {
  if (is_legacy_label_name(name)) {
    text += name;
    return;
  }
  text += '"';
  append_label_value(text, name);
  text += '"';
}

}  // namespace narthex::detail
