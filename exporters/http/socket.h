#pragma once

#include <cstdint>

#include <narthex/detail/file_descriptor.h>
#include <sys/socket.h>

namespace narthex::detail {

// A socket address of either version.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  sockaddr* raw() noexcept { return reinterpret_cast<sockaddr*>(&storage); }
  const sockaddr* raw() const noexcept { return reinterpret_cast<const sockaddr*>(&storage); }
};

SocketAddress ipv4_loopback(std::uint16_t port) noexcept;
std::uint16_t port_of(const SocketAddress& address) noexcept;
SocketAddress with_port(SocketAddress address, std::uint16_t port) noexcept;

// Returns the address that a socket is bound to.
SocketAddress bound_address(const FileDescriptor& socket);

// Returns a socket that is bound to the address and listens, without blocking; an empty one and errno when it cannot.
FileDescriptor listen_on(const SocketAddress& address) noexcept;

// Returns a socket that connects, without blocking; an empty one and errno when it cannot.
FileDescriptor connect_to(const SocketAddress& address) noexcept;

}  // namespace narthex::detail
