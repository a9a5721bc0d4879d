#pragma once

#include <string_view>

namespace narthex::detail {

// Whether a text is a bcrypt hash as htpasswd -B and its like write them: "$2y$10$", 22 characters of salt, 31 of hash.
bool is_bcrypt_hash(std::string_view text) noexcept;

// Returns the cost of such a hash: twice the time for one more.
int bcrypt_cost(std::string_view hash) noexcept;

}  // namespace narthex::detail
