#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace narthex::detail::otlp {

// An item of a list `k1=v1,k2=v2`, as variables of the environment contain it: without white space at the ends of the
// key and of the value, and percent-decoded.
struct KeyValueItem {
  std::string key{};  // empty if the item has no '=', because its text may be a secret
  std::string value{};
  std::string_view error{};  // why the item is invalid; empty: it is valid
};

std::vector<KeyValueItem> parse_key_value_list(std::string_view text);

// Returns text without white space at its ends.
std::string_view without_white_space(std::string_view text) noexcept;

}  // namespace narthex::detail::otlp
