#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace prometheus::detail {

// Returns the user and the password of a header Authorization with the scheme Basic (RFC 7617), or nothing.
std::optional<std::pair<std::string, std::string>> basic_credentials(std::string_view authorization);

}  // namespace prometheus::detail
