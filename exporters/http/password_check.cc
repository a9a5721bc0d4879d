#include "http/password_check.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <new>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <crypt.h>
#include <fmt/format.h>
#include <narthex/error.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <strings.h>

#include "http/bcrypt_hash.h"

namespace narthex::detail {

namespace {

constexpr std::size_t kResultAt = 29;    // in a bcrypt hash: behind "$2y$10$" and the salt
constexpr std::size_t kMaxKnown = 1000;  // bcrypt ignores the bytes of a password after the 72nd

struct Credentials {
  std::string user;
  std::string password;
};

// Returns the credentials of a header, or nothing if it is not basic authentication.
std::optional<Credentials> parse_basic(std::string_view authorization) {
  constexpr std::string_view kScheme = "Basic ";
  if (authorization.size() < kScheme.size() ||
      ::strncasecmp(authorization.data(), kScheme.data(), kScheme.size()) != 0) {
    return std::nullopt;
  }
  authorization.remove_prefix(kScheme.size());
  const std::size_t padding = authorization.ends_with("==") ? 2 : authorization.ends_with('=') ? 1 : 0;
  if (authorization.empty() || authorization.size() % 4 != 0) return std::nullopt;
  std::string bytes(authorization.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(authorization.data()),
                                   static_cast<int>(authorization.size()));
  if (size < 0) return std::nullopt;
  bytes.resize(static_cast<std::size_t>(size) - padding);
  const std::size_t colon = bytes.find(':');
  // bcrypt takes a password for ended at a NUL: one that goes on is another one.
  if (colon == std::string::npos || bytes.find('\0') != std::string::npos) return std::nullopt;
  return Credentials{bytes.substr(0, colon), bytes.substr(colon + 1)};
}

// Returns a hash that no password is compared with in earnest, as costly as the dearest of the users'.
std::string dummy_hash(const PasswordCheck::Users& users) {
  int cost = 4;
  for (const auto& [user, hash] : users) cost = std::max(cost, bcrypt_cost(hash));
  return fmt::format("$2y${:02}${:.<53}", cost, "");
}

}  // namespace

PasswordCheck::PasswordCheck(int max_concurrent)
    : max_concurrent_(max_concurrent), work_(std::make_unique<crypt_data>()) {
  if (RAND_bytes(key_.data(), static_cast<int>(key_.size())) != 1) {
    throw SystemError("web configuration: cannot get random bytes", std::error_code(EIO, std::generic_category()));
  }
}

PasswordCheck::~PasswordCheck() = default;

PasswordCheck::Verdict PasswordCheck::check(const Users& users, std::string_view authorization) {
  const std::optional<Credentials> given = parse_basic(authorization);
  if (!given) return Verdict::kWrong;
  const auto user = users.find(given->user);
  if (user == users.end()) {
    return compare(given->password, dummy_hash(users)) == Verdict::kBusy ? Verdict::kBusy : Verdict::kWrong;
  }
  const Digest wanted = digest(given->user, user->second, given->password);
  if (is_known(wanted)) return Verdict::kRight;
  const Verdict verdict = compare(given->password, user->second);
  if (verdict == Verdict::kRight) remember(wanted);
  return verdict;
}

bool PasswordCheck::is_known(const Digest& wanted) {
  const std::lock_guard lock(known_mutex_);
  return known_.contains(wanted);
}

void PasswordCheck::remember(const Digest& right) {
  const std::lock_guard lock(known_mutex_);
  if (known_.size() >= kMaxKnown) known_.clear();
  known_.insert(right);
}

PasswordCheck::Digest PasswordCheck::digest(std::string_view user, std::string_view hash,
                                            std::string_view password) const {
  std::string text;
  for (const std::string_view part : {user, hash, password}) text += fmt::format("{}:{}", part.size(), part);
  Digest result;
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  if (!HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()), bytes, text.size(), result.data(), nullptr)) {
    throw std::bad_alloc();
  }
  return result;
}

PasswordCheck::Verdict PasswordCheck::compare(const std::string& password, const std::string& hash) {
  Verdict verdict = Verdict::kBusy;
  if (at_once_.fetch_add(1, std::memory_order_relaxed) < max_concurrent_) {  // relaxed: it counts, and orders nothing
    const std::lock_guard lock(bcrypt_mutex_);
    const char* found = ::crypt_r(password.c_str(), hash.c_str(), work_.get());
    // Not the salt: the last four bits of its text mean nothing, some programs set them, and crypt_r() does not.
    const bool is_right = found && std::string_view(found).size() == hash.size() &&
                          CRYPTO_memcmp(found + kResultAt, hash.data() + kResultAt, hash.size() - kResultAt) == 0;
    verdict = is_right ? Verdict::kRight : Verdict::kWrong;
  }
  at_once_.fetch_sub(1, std::memory_order_relaxed);
  return verdict;
}

}  // namespace narthex::detail
