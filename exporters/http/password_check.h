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

// Checks users and passwords against bcrypt hashes, one at a time, because that takes a core for its while. Remembers
// which it found right, as keyed digests; wrong ones cost the same every time, and can push nothing out.
// Threads: any, at once; of those that would have to wait for their turn, a few do.
class PasswordCheck {
 public:
  using Users = std::map<std::string, std::string, std::less<>>;

  enum class Verdict { kRight, kWrong, kBusy };

  // `max_concurrent` may be at work or wait for it; to others it is busy.
  explicit PasswordCheck(int max_concurrent);
  PasswordCheck(const PasswordCheck&) = delete;
  PasswordCheck& operator=(const PasswordCheck&) = delete;
  ~PasswordCheck();

  // Returns whether an Authorization header names one of the users with the right password. A user that there is not
  // takes as long as one that there is.
  Verdict check(const Users& users, std::string_view authorization);

 private:
  using Digest = std::array<unsigned char, 32>;

  Digest digest(std::string_view user, std::string_view hash, std::string_view password) const;
  bool is_known(const Digest& wanted);
  void remember(const Digest& right);
  Verdict compare(const std::string& password, const std::string& hash);

  Digest key_;  // made anew for every process, so that a digest is of no use elsewhere
  std::mutex known_mutex_;
  std::set<Digest> known_;  // what was found right
  const int max_concurrent_;
  std::atomic<int> at_once_{0};
  std::mutex bcrypt_mutex_;
  std::unique_ptr<crypt_data> work_;  // 32 KiB, a third of the stack that civetweb gives a thread
};

}  // namespace narthex::detail
