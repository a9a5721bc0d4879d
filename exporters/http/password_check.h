#pragma once

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

struct crypt_data;

namespace narthex::detail {

// Checks users and passwords against bcrypt hashes, one at a time, because a check uses a core for tens of
// milliseconds. Keeps keyed digests of correct passwords. A wrong password costs the same every time and evicts no
// digest.
// Thread safety: all members may be called concurrently. At most max_concurrent calls check or wait for their turn.
class PasswordCheck {
 public:
  using Users = std::map<std::string, std::string, std::less<>>;

  enum class Verdict { kRight, kWrong, kBusy };

  // At most `max_concurrent` calls check or wait; further calls return kBusy.
  explicit PasswordCheck(int max_concurrent);
  PasswordCheck(const PasswordCheck&) = delete;
  PasswordCheck& operator=(const PasswordCheck&) = delete;
  ~PasswordCheck();

  // Returns whether an Authorization header has a user with the correct password. An unknown user takes as long as a
  // known one.
  Verdict check(const Users& users, std::string_view authorization);

 private:
  using Digest = std::array<unsigned char, 32>;

  Digest digest(std::string_view user, std::string_view hash, std::string_view password) const;
  bool is_known(const Digest& wanted);
  void remember(const Digest& right);
  Verdict compare(const std::string& password, const std::string& hash);

  Digest key_;  // random for each process, so that a digest is useless elsewhere
  std::mutex known_mutex_;
  std::set<Digest> known_;  // of correct passwords
  const int max_concurrent_;
  std::atomic<int> at_once_{0};
  std::mutex bcrypt_mutex_;
  std::unique_ptr<crypt_data> work_;  // 32 KiB, a third of the stack that civetweb gives a thread
};

}  // namespace narthex::detail
