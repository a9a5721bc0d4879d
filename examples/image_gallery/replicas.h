#pragma once

#include <atomic>
#include <cstddef>
#include <string>
#include <vector>

namespace gallery {

/// Where a service may be called.
struct Endpoint {
  std::string host;  ///< A name or an address.
  int port = 80;

  auto operator<=>(const Endpoint&) const = default;  // NOLINT(modernize-use-nullptr): <=> is compared with a 0
};

/// Reads http://HOST or http://HOST:PORT. Throws UsageError.
Endpoint parse_url(const std::string& url);

/// The replicas of a service: all addresses that its endpoints have at the moment when it is called, for replicas come
/// and go. IPv4, as in DNS records of type A.
/// Threads: any, at once.
/// Errors: none. A name that has no address is left out.
class Replicas {
 public:
  explicit Replicas(std::vector<Endpoint> endpoints);

  /// Returns all of them in the order in which they should be tried. It begins one further each time, so that calls are
  /// spread evenly.
  std::vector<Endpoint> in_turn();

 private:
  std::vector<Endpoint> endpoints_;
  std::atomic<std::size_t> turn_ = 0;
};

}  // namespace gallery
