#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>

#include <narthex/narthex.h>

namespace gallery {

/// Counts access logs and the distinct client addresses in them.
/// Values: stores at most kMaxClients addresses. Further addresses are counted as logs only.
/// Thread safety: all members may be called concurrently.
/// Exceptions: BadJson for an invalid log, which changes nothing.
class AccessLog {
 public:
  static constexpr std::size_t kMaxClients = 100'000;  ///< About 16 MB at most.
  static constexpr std::size_t kMaxAddressBytes = 64;  ///< The longest valid address, with a zone index, has 61.

  explicit AccessLog(narthex::Registry& registry);

  /// Counts a log: `{"clientIp": "192.0.2.7"}`.
  void add(const std::string& json);

  /// Returns the number of logs counted.
  std::uint64_t logs() const;

 private:
  narthex::Counter logs_;
  narthex::Gauge clients_;
  std::mutex mutex_;
  std::set<std::string> addresses_;  // guarded by mutex_; a tree, because a client can make hashes collide
};

}  // namespace gallery
