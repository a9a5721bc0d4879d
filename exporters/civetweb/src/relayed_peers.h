#pragma once

#include <cstdint>
#include <mutex>
#include <set>

namespace narthex::detail {

// The ports from which the relay has connected to civetweb. Where the relay is what asks for certificates, a request
// from any other port of this machine has gone around it.
// Threads: any, at once.
class RelayedPeers {
 public:
  void add(std::uint16_t port) {
    const std::lock_guard lock(mutex_);
    ports_.insert(port);
  }
  void remove(std::uint16_t port) {
    const std::lock_guard lock(mutex_);
    ports_.erase(port);
  }
  bool has(std::uint16_t port) const {
    const std::lock_guard lock(mutex_);
    return ports_.contains(port);
  }

 private:
  mutable std::mutex mutex_;
  std::set<std::uint16_t> ports_;
};

}  // namespace narthex::detail
