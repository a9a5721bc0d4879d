#include "http/bcrypt_hash.h"

#include <algorithm>

namespace narthex::detail {

namespace {

constexpr std::size_t kLength = 60;
constexpr std::size_t kCostAt = 4;
constexpr std::size_t kSaltAt = 7;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_base64(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '/';
}

}  // namespace

int bcrypt_cost(std::string_view hash) noexcept { return (hash[kCostAt] - '0') * 10 + (hash[kCostAt + 1] - '0'); }

bool is_bcrypt_hash(std::string_view text) noexcept {
  if (text.size() != kLength || !(text.starts_with("$2a$") || text.starts_with("$2b$") || text.starts_with("$2y$"))) {
    return false;
  }
  return is_digit(text[kCostAt]) && is_digit(text[kCostAt + 1]) && text[kCostAt + 2] == '$' && bcrypt_cost(text) >= 4 &&
         bcrypt_cost(text) <= 31 && std::ranges::all_of(text.substr(kSaltAt), is_base64);
}

}  // namespace narthex::detail
