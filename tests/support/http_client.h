#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

namespace narthex {

// A connection to a server on loopback that can send invalid requests.
class RawConnection {
 public:
  explicit RawConnection(std::uint16_t port, int family = AF_INET)
      : fd_(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in ipv4{};
    ipv4.sin_family = AF_INET;
    ipv4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ipv4.sin_port = htons(port);
    sockaddr_in6 ipv6{};
    ipv6.sin6_family = AF_INET6;
    ipv6.sin6_addr = in6addr_loopback;
    ipv6.sin6_port = htons(port);
    const bool is_ipv4 = family == AF_INET;
    const auto* address = is_ipv4 ? reinterpret_cast<sockaddr*>(&ipv4) : reinterpret_cast<sockaddr*>(&ipv6);
    if (::connect(fd_, address, is_ipv4 ? sizeof ipv4 : sizeof ipv6) != 0) {
      const int error = errno;
      ::close(fd_);
      throw std::system_error(error, std::generic_category(), "connect to port " + std::to_string(port));
    }
  }
  // Connects over IPv4 from this address and port.
  RawConnection(std::uint16_t port, const sockaddr_in& own) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in door{};
    door.sin_family = AF_INET;
    door.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    door.sin_port = htons(port);
    if (::bind(fd_, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0 ||
        ::connect(fd_, reinterpret_cast<const sockaddr*>(&door), sizeof door) != 0) {
      const int error = errno;
      ::close(fd_);
      throw std::system_error(error, std::generic_category(), "connect to port " + std::to_string(port));
    }
  }
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;
  ~RawConnection() { ::close(fd_); }

  // Sends as much as the server accepts. Sends nothing if the server has closed the connection.
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }

  void end_sending() { ::shutdown(fd_, SHUT_WR); }

  // Returns the bytes until the server closes the connection, or about `limit` of them.
  std::string receive(std::size_t limit = SIZE_MAX) {
    std::string received;
    char bytes[65536];
    while (received.size() < limit) {
      const ssize_t n = ::recv(fd_, bytes, sizeof bytes, 0);
      if (n <= 0) break;
      received.append(bytes, static_cast<std::size_t>(n));
    }
    return received;
  }

 private:
  int fd_;
};

// A reply, split at the blank line.
struct HttpReply {
  std::string head;
  std::string body;

  // Returns the three digits of the status line, or "" if the connection was closed without a reply.
  std::string status() const { return head.size() > 12 ? head.substr(9, 3) : ""; }

  static HttpReply of(const std::string& bytes) {
    const std::size_t blank = bytes.find("\r\n\r\n");
    if (blank == std::string::npos) return {bytes, ""};
    return {bytes.substr(0, blank + 2), bytes.substr(blank + 4)};
  }
};

inline HttpReply request(std::uint16_t port, std::string_view bytes, int family = AF_INET) {
  RawConnection connection(port, family);
  connection.send(bytes);
  return HttpReply::of(connection.receive());
}

inline HttpReply get(std::uint16_t port, const std::string& path = "/metrics", int family = AF_INET) {
  return request(port, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", family);
}

}  // namespace narthex
