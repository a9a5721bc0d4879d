#include "http/socket.h"

#include <cerrno>
#include <system_error>

#include <arpa/inet.h>
#include <narthex/error.h>
#include <netinet/in.h>

namespace narthex::detail {

namespace {

FileDescriptor stream_socket(const SocketAddress& address) noexcept {
  return FileDescriptor(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

}  // namespace

SocketAddress ipv4_loopback(std::uint16_t port) noexcept {
  SocketAddress address;
  auto& ipv4 = reinterpret_cast<sockaddr_in&>(address.storage);
  ipv4.sin_family = AF_INET;
  ipv4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ipv4.sin_port = htons(port);
  address.size = sizeof ipv4;
  return address;
}

std::uint16_t port_of(const SocketAddress& address) noexcept {
  if (address.storage.ss_family == AF_INET6) {
    return ntohs(reinterpret_cast<const sockaddr_in6&>(address.storage).sin6_port);
  }
  return ntohs(reinterpret_cast<const sockaddr_in&>(address.storage).sin_port);
}

SocketAddress with_port(SocketAddress address, std::uint16_t port) noexcept {
  if (address.storage.ss_family == AF_INET6) {
    reinterpret_cast<sockaddr_in6&>(address.storage).sin6_port = htons(port);
  } else {
    reinterpret_cast<sockaddr_in&>(address.storage).sin_port = htons(port);
  }
  return address;
}

SocketAddress bound_address(const FileDescriptor& socket) {
  SocketAddress address;
  address.size = sizeof address.storage;
  if (::getsockname(socket.fd(), address.raw(), &address.size) != 0) {
    throw SystemError("cannot get the address of a socket", std::error_code(errno, std::generic_category()));
  }
  return address;
}

FileDescriptor listen_on(const SocketAddress& address) noexcept {
  FileDescriptor socket = stream_socket(address);
  if (!socket) return {};
  const int on = 1;
  ::setsockopt(socket.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (address.storage.ss_family == AF_INET6) {
    ::setsockopt(socket.fd(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  }
  if (::bind(socket.fd(), address.raw(), address.size) != 0 || ::listen(socket.fd(), SOMAXCONN) != 0) {
    const int error = errno;
    socket = FileDescriptor();  // its close() may change errno
    errno = error;
    return {};
  }
  return socket;
}

FileDescriptor connect_to(const SocketAddress& address) noexcept {
  FileDescriptor socket = stream_socket(address);
  if (socket && ::connect(socket.fd(), address.raw(), address.size) != 0 && errno != EINPROGRESS) return {};
  return socket;
}

}  // namespace narthex::detail
