#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "http/socket.h"

namespace narthex::detail {

// The key of a client for rate limits and for waiting password checks: its IPv4 address, or the first 64 bits of its
// IPv6 address, because one client usually has all addresses below such a prefix. An IPv4 address that is mapped into
// IPv6 equals that IPv4 address. All clients of Unix sockets have the same key.
class ClientAddress {
 public:
  // The key of clients of Unix sockets.
  constexpr ClientAddress() noexcept = default;

  // AF_UNIX, AF_UNSPEC, and unknown families result in the key of clients of Unix sockets.
  explicit ClientAddress(const SocketAddress& address) noexcept;

  bool operator==(const ClientAddress&) const noexcept = default;
  std::strong_ordering operator<=>(const ClientAddress&) const noexcept = default;

  std::size_t hash() const noexcept;

 private:
  enum class Kind : std::uint8_t { kLocal, kIpv4, kIpv6 };

  std::uint64_t bits_ = 0;
  Kind kind_ = Kind::kLocal;
};

}  // namespace narthex::detail

template <>
struct std::hash<narthex::detail::ClientAddress> {
  std::size_t operator()(const narthex::detail::ClientAddress& address) const noexcept { return address.hash(); }
};
