#pragma once

#include <cstdint>
#include <mutex>
#include <set>
#include <string_view>

namespace narthex::detail {

// The ports of 127.0.0.1 from which the relay has connected to civetweb. Where the relay is what asks for certificates,
// a request from anywhere else on this machine has gone around it.
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
  // The same port of 127.0.0.2 is anybody's.
  bool has(std::string_view address, std::uint16_t port) const {
    if (address != "127.0.0.1") return false;
    const std::lock_guard lock(mutex_);
    return ports_.contains(port);
  }

 private:
  mutable std::mutex mutex_;
  std::set<std::uint16_t> ports_;
};

}  // namespace narthex::detail
