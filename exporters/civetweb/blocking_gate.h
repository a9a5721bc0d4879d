#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string_view>

#include "http/web_gate.h"

namespace narthex::detail {

// Waits for the decisions of a gate, because a request occupies its thread of civetweb anyway.
// Thread safety: all members may be called concurrently.
class BlockingGate {
 public:
  // At most `max_waiting` calls of admit() wait for the check of a password.
  BlockingGate(std::unique_ptr<WebGate> gate, int max_waiting);

  // Decides about a request. The status is 503 if too many calls wait already, and after stop(); the password is
  // checked nevertheless, so that a later request does not have to wait.
  Admission admit(const ClientAddress& client, std::string_view authorization);

  // Ends the calls that wait.
  void stop() noexcept;

 private:
  struct Decision;

  const int max_waiting_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  bool is_stopped_ = false;
  const std::unique_ptr<WebGate> gate_;  // destroyed first, because its callbacks use the other members
};

}  // namespace narthex::detail
