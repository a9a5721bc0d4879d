#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace narthex::bench {

// The limit of a server: one thread that sends prepared bytes to each connection on loopback, one after the other.
class FixedReply {
 public:
  FixedReply(std::string identity, std::string gzip)
      : identity_(std::move(identity)), gzip_(std::move(gzip)), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    if (::bind(listener_, any, size) != 0 || ::listen(listener_, 16) != 0 ||
        ::getsockname(listener_, any, &size) != 0) {
      throw std::runtime_error("the server of the limit cannot listen");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this] { serve(); });
  }
  FixedReply(const FixedReply&) = delete;
  FixedReply& operator=(const FixedReply&) = delete;
  ~FixedReply() {
    ::shutdown(listener_, SHUT_RDWR);  // ends accept()
    thread_.join();
    ::close(listener_);
  }

  std::uint16_t port() const noexcept { return port_; }

 private:
  void serve() const {
    std::array<char, 4096> request{};
    for (int connection = 0; (connection = ::accept(listener_, nullptr, nullptr)) >= 0; ::close(connection)) {
      const ssize_t size = ::recv(connection, request.data(), request.size(), 0);
      if (size <= 0) continue;
      const std::string_view head(request.data(), static_cast<std::size_t>(size));
      std::string_view rest = head.find("Encoding: gzip") != std::string_view::npos ? gzip_ : identity_;
      while (!rest.empty()) {
        const ssize_t sent = ::send(connection, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent <= 0) break;
        rest.remove_prefix(static_cast<std::size_t>(sent));
      }
    }
  }

  const std::string identity_;
  const std::string gzip_;
  const int listener_;
  std::uint16_t port_ = 0;
  std::jthread thread_;
};

}  // namespace narthex::bench
