#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "http/client_address.h"
#include "http/password_check.h"

namespace narthex::detail {

// Checks passwords one at a time on a thread of its own. The thread starts with the first check; it has an ordinary
// stack and blocks all signals. Waiting checks are served in turn over the addresses of their clients:
//
//   ring     10.0.0.7     10.0.0.9     [2001:db8::]    one place for each address with waiting checks
//   waiting  x x x        x            x x
//
// The first check of the first place is next. If the address has more of them, its place moves to the end of the ring.
// Invariant: no place is empty, so that a check waits for at most one check of each other address, and for the earlier
// ones of its own address. The second half of the space is for the first checks of addresses, so that a few addresses
// cannot use up all of it.
// Thread safety: all members may be called concurrently.
// Lifetime: the destructor waits for the running check and its callback, and drops the waiting ones. In the child of a
// fork() the thread does not exist; there the destructor does nothing.
class PasswordQueue {
 public:
  static constexpr std::size_t kMaxPerAddress = 16;
  static constexpr std::size_t kMaxWaiting = 1024;

  // Called on the thread of the queue. It must not block, throw, or destroy the queue.
  using Done = std::function<void(PasswordVerdict)>;

  // Throws SystemError if the system has no random bytes.
  PasswordQueue();
  PasswordQueue(const PasswordQueue&) = delete;
  PasswordQueue& operator=(const PasswordQueue&) = delete;
  ~PasswordQueue();

  // Returns the verdict about an Authorization header if it needs no comparison. Returns kBusy if kMaxPerAddress checks
  // of the client or kMaxWaiting checks wait, if checks of the client and half of kMaxWaiting wait, or if the thread
  // cannot start. Otherwise returns nothing and calls `done` later.
  std::optional<PasswordVerdict> check(const PasswordUsers& users, std::string_view authorization,
                                       const ClientAddress& client, Done done);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace narthex::detail
