#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/client_address.h"
#include "http/password_check.h"

namespace narthex::detail {

// Checks passwords one at a time on a thread of its own, because a check uses a core for tens of milliseconds. The
// thread starts with the first check. Waiting checks are served in turn over the addresses of their clients:
//
//   ring:    10.0.0.7 -> 10.0.0.9 -> [2001:db8::]   one place for each address that waits; the front is checked next,
//   waiting:  x x x       x           x x           and goes to the back if more of its checks wait
//
// A client therefore waits for at most one check of each other address, however many checks these request.
// Thread safety: all members may be called concurrently.
// Lifetime: the destructor waits for the running check and drops the waiting ones. In the child of a fork(), where the
// thread does not exist, it drops everything without waiting.
class PasswordQueue {
 public:
  static constexpr std::size_t kMaxPerAddress = 16;
  static constexpr std::size_t kMaxWaiting = 1024;

  using Done = std::function<void(PasswordVerdict)>;

  PasswordQueue();
  PasswordQueue(const PasswordQueue&) = delete;
  PasswordQueue& operator=(const PasswordQueue&) = delete;
  ~PasswordQueue();

  // Returns the verdict if no check is necessary or possible: kBusy if kMaxPerAddress checks of the client or
  // kMaxWaiting checks wait. Otherwise returns nothing, and calls `done` later on the thread of the queue.
  std::optional<PasswordVerdict> check(const PasswordUsers& users, std::string_view authorization,
                                       const ClientAddress& client, Done done);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace narthex::detail
