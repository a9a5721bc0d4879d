#include "accept_encoding.h"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace narthex::detail {

namespace {

// A weight q in thousandths.
using Weight = int;
constexpr Weight kFullWeight = 1000;

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view kBlank = " \t";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// Returns what stands before the first separator, and takes both off the text.
std::string_view next_part(std::string_view& text, char separator) noexcept {
  const std::size_t end = text.find(separator);
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return trimmed(part);
}

bool is_same_word(std::string_view a, std::string_view lower_case) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, lower_case, {}, lower);
}

// Reads 0, 0.5, 1.000; what has more than three decimals is cut off.
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

// Returns the weight among the parameters behind a coding.
std::optional<Weight> weight_of(std::string_view parameters) noexcept {
  while (!parameters.empty()) {
    std::string_view value = next_part(parameters, ';');
    if (is_same_word(next_part(value, '='), "q")) return to_weight(trimmed(value));
  }
  return kFullWeight;
}

}  // namespace

bool wants_gzip(std::string_view accept_encoding) noexcept {
  std::optional<Weight> gzip;
  std::optional<Weight> identity;
  std::optional<Weight> any;
  while (!accept_encoding.empty()) {
    std::string_view rest = next_part(accept_encoding, ',');
    const std::string_view coding = next_part(rest, ';');
    const std::optional<Weight> weight = weight_of(rest);
    if (!weight) continue;
    if (is_same_word(coding, "gzip") || is_same_word(coding, "x-gzip")) {
      gzip = std::min(*weight, gzip.value_or(kFullWeight));  // a refusal counts, wherever it stands
    } else if (is_same_word(coding, "identity")) {
      identity = weight;
    } else if (coding == "*") {
      any = weight;
    }
  }
  const Weight gzip_weight = gzip.value_or(any.value_or(0));
  return gzip_weight > 0 && gzip_weight >= identity.value_or(any.value_or(0));
}

}  // namespace narthex::detail
