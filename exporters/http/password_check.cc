#include "http/password_check.h"

#include <algorithm>
#include <cerrno>
#include <new>
#include <optional>
#include <system_error>
#include <utility>

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
  // For crypt_r(), a password ends at a NUL: one that continues is another password.
  if (colon == std::string::npos || bytes.find('\0') != std::string::npos) return std::nullopt;
  if (bytes.size() - colon > CRYPT_MAX_PASSPHRASE_SIZE) return std::nullopt;  // crypt_r() takes less than this
  return Credentials{bytes.substr(0, colon), bytes.substr(colon + 1)};
}

// Returns a hash for passwords of unknown users, as costly as the most costly one of the users.
std::string dummy_hash(const PasswordUsers& users) {
  int cost = 4;
  for (const auto& [user, hash] : users) cost = std::max(cost, bcrypt_cost(hash));
  return fmt::format("$2y${:02}${:.<53}", cost, "");
}

}  // namespace

PasswordCheck::PasswordCheck() : work_(std::make_unique<crypt_data>()) {
  if (RAND_bytes(key_.data(), static_cast<int>(key_.size())) != 1) {
    throw SystemError("web configuration: cannot get random bytes", std::error_code(EIO, std::generic_category()));
  }
}

PasswordCheck::~PasswordCheck() = default;

std::variant<PasswordVerdict, PasswordCheck::Candidate> PasswordCheck::look_up(const PasswordUsers& users,
                                                                               std::string_view authorization) {
  std::optional<Credentials> given = parse_basic(authorization);
  if (!given) return PasswordVerdict::kWrong;
  const auto user = users.find(given->user);
  if (user == users.end()) return Candidate{.password = std::move(given->password), .hash = dummy_hash(users)};
  const Digest wanted = digest(given->user, user->second, given->password);
  if (is_known(wanted)) return PasswordVerdict::kRight;
  return Candidate{.password = std::move(given->password), .hash = user->second, .digest = wanted};
}

PasswordVerdict PasswordCheck::compare(const Candidate& candidate) noexcept {
  const auto& [password, hash, digest] = candidate;
  if (digest && is_known(*digest)) return PasswordVerdict::kRight;
  const char* found = ::crypt_r(password.c_str(), hash.c_str(), work_.get());
  // Not the salt: the last four bits of its text mean nothing, some programs set them, and crypt_r() does not.
  const bool is_right = found && std::string_view(found).size() == hash.size() &&
                        CRYPTO_memcmp(found + kResultAt, hash.data() + kResultAt, hash.size() - kResultAt) == 0;
  if (!is_right || !digest) return PasswordVerdict::kWrong;
  remember(*digest);
  return PasswordVerdict::kRight;
}

bool PasswordCheck::is_known(const Digest& wanted) noexcept {
  const std::lock_guard lock(known_mutex_);
  return known_.contains(wanted);
}

void PasswordCheck::remember(const Digest& right) noexcept {
  const std::lock_guard lock(known_mutex_);
  if (known_.size() >= kMaxKnown) known_.clear();
  try {
    known_.insert(right);
  } catch (const std::bad_alloc&) {  // the next request is compared again
  }
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

}  // namespace narthex::detail
