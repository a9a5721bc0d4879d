#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>

#include <narthex/narthex.h>

namespace gallery {

/// Counts access logs and the distinct client addresses in them.
/// Values: remembers at most kMaxClients addresses; later ones are counted as logs and no longer told apart.
/// Threads: any, at once.
/// Errors: BadJson for a log that is not one, which changes nothing.
class AccessLog {
 public:
  static constexpr std::size_t kMaxClients = 100'000;  ///< About 16 MB, whatever clients send.
  static constexpr std::size_t kMaxAddressBytes = 64;  ///< The longest address with a zone index has 61.

  explicit AccessLog(narthex::Registry& registry);

  /// Counts a log: `{"clientIp": "192.0.2.7"}`.
  void add(const std::string& json);

  /// Returns how many logs were counted.
  std::uint64_t logs() const;

 private:
  narthex::Counter logs_;
  narthex::Gauge clients_;
  std::mutex mutex_;
  std::set<std::string> addresses_;  // guarded by mutex_; a tree, for hashes can be made to collide
};

}  // namespace gallery
