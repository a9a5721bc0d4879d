#pragma once

#include <stdexcept>
#include <string>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "http/client_address.h"

namespace narthex {

// Returns the key of the client with an IPv4 or IPv6 address.
inline detail::ClientAddress client_at(const std::string& host) {
  detail::SocketAddress address;
  auto& ipv4 = reinterpret_cast<sockaddr_in&>(address.storage);
  auto& ipv6 = reinterpret_cast<sockaddr_in6&>(address.storage);
  if (::inet_pton(AF_INET, host.c_str(), &ipv4.sin_addr) == 1) {
    address.storage.ss_family = AF_INET;
  } else if (::inet_pton(AF_INET6, host.c_str(), &ipv6.sin6_addr) == 1) {
    address.storage.ss_family = AF_INET6;
  } else {
    throw std::runtime_error("not an address: " + host);
  }
  return detail::ClientAddress(address);
}

}  // namespace narthex
