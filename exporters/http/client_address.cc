#include "http/client_address.h"

#include <span>

#include <netinet/in.h>

namespace narthex::detail {

namespace {

// Returns bytes in network order as a number.
std::uint64_t number_of(std::span<const std::uint8_t> bytes) noexcept {
  std::uint64_t number = 0;
  for (const std::uint8_t byte : bytes) number = number << 8 | byte;
  return number;
}

}  // namespace

ClientAddress::ClientAddress(const SocketAddress& address) noexcept {
  if (address.storage.ss_family == AF_INET) {
    kind_ = Kind::kIpv4;
    bits_ = ntohl(reinterpret_cast<const sockaddr_in&>(address.storage).sin_addr.s_addr);
  } else if (address.storage.ss_family == AF_INET6) {
    const in6_addr& ipv6 = reinterpret_cast<const sockaddr_in6&>(address.storage).sin6_addr;
    const std::span<const std::uint8_t, 16> bytes(ipv6.s6_addr);
    const bool is_mapped = IN6_IS_ADDR_V4MAPPED(&ipv6);
    kind_ = is_mapped ? Kind::kIpv4 : Kind::kIpv6;
    bits_ = is_mapped ? number_of(bytes.last<4>()) : number_of(bytes.first<8>());
  }
}

// The last step of SplitMix64, because std::hash of a number is the number, and a client selects its address.
std::size_t ClientAddress::hash() const noexcept {
  std::uint64_t mixed = bits_ + static_cast<std::uint64_t>(kind_) * 0x9e3779b97f4a7c15;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return static_cast<std::size_t>(mixed ^ (mixed >> 31));
}

}  // namespace narthex::detail
