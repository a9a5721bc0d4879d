#pragma once

#include <string_view>

namespace narthex::detail {

// Returns whether a text is a bcrypt hash, for example of htpasswd -B: "$2y$10$", 22 characters of salt, 31 of hash.
bool is_bcrypt_hash(std::string_view text) noexcept;

// Returns the cost of such a hash. One more doubles the time of a check.
int bcrypt_cost(std::string_view hash) noexcept;

}  // namespace narthex::detail
