#pragma once

#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>

struct crypt_data;

namespace narthex::detail {

using PasswordUsers = std::map<std::string, std::string, std::less<>>;  // with their bcrypt hashes

enum class PasswordVerdict { kRight, kWrong, kBusy };

// Compares passwords with bcrypt hashes, in two steps, because a comparison uses a core for tens of milliseconds. Keeps
// keyed digests of correct passwords, whose comparison is not repeated. A wrong password costs the same every time and
// evicts no digest.
class PasswordCheck {
 public:
  using Digest = std::array<unsigned char, 32>;

  // A password that must be compared. It has less than 512 bytes.
  struct Candidate {
    std::string password;
    std::string hash;
    std::optional<Digest> digest{};  // of user, hash, and password; none for an unknown user
  };

  PasswordCheck();
  PasswordCheck(const PasswordCheck&) = delete;
  PasswordCheck& operator=(const PasswordCheck&) = delete;
  ~PasswordCheck();

  // Returns the verdict about an Authorization header if it needs no comparison. An unknown user needs one too, which
  // takes as long as that of a known user. May be called concurrently.
  std::variant<PasswordVerdict, Candidate> look_up(const PasswordUsers& users, std::string_view authorization);

  // Compares, unless the password has become known since. By one thread at a time.
  PasswordVerdict compare(const Candidate& candidate) noexcept;

 private:
  Digest digest(std::string_view user, std::string_view hash, std::string_view password) const;
  bool is_known(const Digest& wanted) noexcept;
  void remember(const Digest& right) noexcept;

  Digest key_;  // random for each process, so that a digest is useless elsewhere
  std::mutex known_mutex_;
  std::set<Digest> known_;            // of correct passwords
  std::unique_ptr<crypt_data> work_;  // 32 KiB of memory for compare()
};

}  // namespace narthex::detail
