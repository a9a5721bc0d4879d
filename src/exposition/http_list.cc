#include "exposition/http_list.h"

#include <algorithm>
#include <cstddef>

namespace narthex::detail {

namespace {

// Returns the position of the first separator outside quoted strings, or the size of the text. A quote that is not
// closed does not begin a string.
std::size_t find_separator(std::string_view text, char separator) noexcept {
  std::size_t in_open_string = text.size();  // the first separator after the last quote
  bool is_quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      is_quoted = !is_quoted;
      in_open_string = text.size();
    } else if (is_quoted) {
      if (c == separator) in_open_string = std::min(in_open_string, i);
      if (c == '\\') ++i;  // the escaped character belongs to the string
    } else if (c == separator) {
      return i;
    }
  }
  return is_quoted ? in_open_string : text.size();
}

}  // namespace

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view kBlank = " \t";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::string_view next_part(std::string_view& text, char separator) noexcept {
  const std::size_t end = find_separator(text, separator);
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return trimmed(part);
}

bool is_same_word(std::string_view text, std::string_view lower_case) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(text, lower_case, {}, lower);
}

HttpParameter next_parameter(std::string_view& parameters) noexcept {
  std::string_view value = next_part(parameters, ';');
  const std::string_view name = next_part(value, '=');
  value = trimmed(value);
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
  return {name, value};
}

std::optional<Weight> to_weight(std::string_view text) noexcept {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const std::string_view whole = next_part(text, '.');
  if ((whole != "0" && whole != "1") || !std::ranges::all_of(text, is_digit)) return std::nullopt;
  Weight weight = whole == "1" ? kFullWeight : 0;
  Weight unit = kFullWeight / 10;
  for (const char digit : text) {
    weight += unit * (digit - '0');
    unit /= 10;
  }
  return weight <= kFullWeight ? std::optional(weight) : std::nullopt;
}

}  // namespace narthex::detail
