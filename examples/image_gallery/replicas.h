#pragma once

#include <atomic>
#include <cstddef>
#include <string>
#include <vector>

namespace gallery {

/// The address of a service.
struct Endpoint {
  std::string host;  ///< A name or an address.
  int port = 80;

  auto operator<=>(const Endpoint&) const = default;  // NOLINT(modernize-use-nullptr): <=> is compared with a 0
};

/// Parses http://HOST or http://HOST:PORT. Throws UsageError.
Endpoint parse_url(const std::string& url);

/// The replicas of a service: all addresses that its endpoints have at the moment of a call. Replicas may come and go.
/// IPv4 only, as in DNS records of type A.
/// Thread safety: all members may be called concurrently.
/// Exceptions: none. A name without an address is left out.
class Replicas {
 public:
  explicit Replicas(std::vector<Endpoint> endpoints);

  /// Returns all replicas in the order in which to try them (round robin): each call starts with the next replica, so
  /// that requests are spread evenly.
  std::vector<Endpoint> in_turn();

 private:
  std::vector<Endpoint> endpoints_;
  std::atomic<std::size_t> turn_ = 0;
};

}  // namespace gallery
