#include "otlp/key_value_list.h"

#include <cstddef>

#include "otlp/hex_digit.h"
#include "push/valid_utf8.h"

namespace narthex::detail::otlp {

namespace {

// Returns nothing if an escape is not complete, or if the result is not UTF-8.
std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (text.size() - i < 3 || hex_digit(text[i + 1]) > 15 || hex_digit(text[i + 2]) > 15) return std::nullopt;
    decoded += static_cast<char>(hex_digit(text[i + 1]) << 4 | hex_digit(text[i + 2]));
    i += 2;
  }
  if (as_valid_utf8(decoded) != decoded) return std::nullopt;
  return decoded;
}

KeyValueItem parse_item(std::string_view text) {
  const std::size_t equals = text.find('=');
  const std::string_view key = without_white_space(text.substr(0, equals));
  if (equals == std::string_view::npos) return {.error = "it has no '='"};
  auto decoded_key = percent_decoded(key);
  auto value = percent_decoded(without_white_space(text.substr(equals + 1)));
  if (!decoded_key || !value) {
    return {.key = std::string(key),
            .error = "after each '%' there must be two hex digits, and the result must be UTF-8"};
  }
  if (decoded_key->empty()) return {.error = "the key is empty"};
  return {.key = *std::move(decoded_key), .value = *std::move(value)};
}

}  // namespace

std::vector<KeyValueItem> parse_key_value_list(std::string_view text) {
  std::vector<KeyValueItem> items;
  while (true) {
    const std::size_t comma = text.find(',');
    items.push_back(parse_item(text.substr(0, comma)));
    if (comma == std::string_view::npos) return items;
    text.remove_prefix(comma + 1);
  }
}

std::string_view without_white_space(std::string_view text) noexcept {
  constexpr std::string_view kWhiteSpace = " \t\r\n\v\f";
  const std::size_t begin = text.find_first_not_of(kWhiteSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kWhiteSpace) - begin + 1);
}

}  // namespace narthex::detail::otlp
