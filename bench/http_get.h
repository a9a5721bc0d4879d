#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace narthex::bench {

// Requests /metrics from a server on loopback, with a new connection each time, and reads the whole reply. The buffer
// is used again, so that the server dominates the measurement.
class HttpGet {
 public:
  HttpGet(std::uint16_t port, std::string_view accept_encoding) : port_(port) {
    request_ = "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept-Encoding: ";
    request_.append(accept_encoding).append("\r\n\r\n");
  }

  // Returns the whole reply, valid until the next call.
  std::string_view operator()() {
    const Socket connection(port_);
    connection.send(request_);
    std::size_t received = 0;
    while (true) {
      if (received == reply_.size()) reply_.resize(2 * reply_.size());
      const std::size_t n = connection.receive(reply_.data() + received, reply_.size() - received);
      if (n == 0) return {reply_.data(), received};
      received += n;
    }
  }

 private:
  class Socket {
   public:
    explicit Socket(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      address.sin_port = htons(port);
      if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return;
      const int error = errno;
      ::close(fd_);
      throw std::system_error(error, std::generic_category(), "connect");
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket() { ::close(fd_); }

    void send(std::string_view bytes) const { check(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL), "send"); }
    std::size_t receive(char* to, std::size_t most) const { return check(::recv(fd_, to, most, 0), "receive"); }

   private:
    static std::size_t check(ssize_t n, const char* call) {
      if (n < 0) throw std::system_error(errno, std::generic_category(), call);
      return static_cast<std::size_t>(n);
    }

    int fd_;
  };

  std::uint16_t port_;
  std::string request_;
  std::vector<char> reply_ = std::vector<char>(std::size_t{1} << 20);
};

}  // namespace narthex::bench
