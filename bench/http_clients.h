#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "http_reply_scanner.h"

namespace narthex::bench {

using Clock = std::chrono::steady_clock;

// What the replies of a measurement had in common.
struct Replies {
  std::vector<double> seconds{};  // of each request, with the connection if it is new
  std::size_t bytes = 0;          // of one reply with its head
  std::size_t closed = 0;         // replies after which the server ended a connection that the client wanted to keep
};

// Clients that request /metrics one reply after the other, each on a connection of its own or on a kept one. One thread
// serves them all.
class HttpClients {
 public:
  HttpClients(std::uint16_t port, int count, bool gzip, bool keeps) : gzip_(gzip), keeps_(keeps) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address_.sin_port = htons(port);
    request_ = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n";
    request_.append(gzip ? "Accept-Encoding: gzip\r\n" : "Accept-Encoding: identity\r\n");
    request_.append(keeps ? "\r\n" : "Connection: close\r\n\r\n");
    clients_.resize(static_cast<std::size_t>(count));
  }
  HttpClients(const HttpClients&) = delete;
  HttpClients& operator=(const HttpClients&) = delete;
  ~HttpClients() {
    for (Client& client : clients_) disconnect(client);
    ::close(poll_);
  }

  // Sends requests for this time, and reads the replies to the last ones.
  void run(std::chrono::milliseconds time, Replies& replies) {
    const Clock::time_point end = Clock::now() + time;
    std::size_t running = clients_.size();
    for (Client& client : clients_) start(client);
    while (running > 0) {
      epoll_event events[64];
      const int ready = check(::epoll_wait(poll_, events, 64, 20'000), "epoll_wait");
      if (ready == 0) throw std::runtime_error("no reply within 20 s");
      for (int i = 0; i < ready; ++i) {
        Client& client = clients_[events[i].data.u64];
        if (!receive(client)) continue;
        finish(client, replies);
        if (Clock::now() < end) {
          start(client);
        } else {
          --running;
        }
      }
    }
  }

 private:
  struct Client {
    int fd = -1;
    bool waits = false;  // for a reply
    Clock::time_point started{};
    HttpReplyScanner reply{};
  };

  static int check(ssize_t result, const char* call) {
    if (result < 0) throw std::system_error(errno, std::generic_category(), call);
    return static_cast<int>(result);
  }

  void connect(Client& client) {
    client.fd = check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    const int on = 1;
    ::setsockopt(client.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    check(::connect(client.fd, reinterpret_cast<const sockaddr*>(&address_), sizeof address_), "connect");
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = static_cast<std::uint64_t>(&client - clients_.data());
    check(::epoll_ctl(poll_, EPOLL_CTL_ADD, client.fd, &event), "epoll_ctl");
  }

  static void disconnect(Client& client) {
    if (client.fd >= 0) ::close(client.fd);
    client.fd = -1;
  }

  void start(Client& client) {
    client.reply = HttpReplyScanner();
    client.started = Clock::now();
    client.waits = true;
    if (client.fd < 0) connect(client);
    if (::send(client.fd, request_.data(), request_.size(), MSG_NOSIGNAL) < 0) reconnect(client);
  }

  void reconnect(Client& client) {
    disconnect(client);
    connect(client);
    check(::send(client.fd, request_.data(), request_.size(), MSG_NOSIGNAL), "send");
  }

  // Returns whether the reply is complete. A kept connection that ended before the reply is replaced.
  bool receive(Client& client) {
    const ssize_t n = ::recv(client.fd, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN) return false;
    if (n > 0) return client.reply.read({buffer_.data(), static_cast<std::size_t>(n)});
    if (!client.waits) {
      disconnect(client);  // the server ended a connection between two requests
      return false;
    }
    if (n == 0 && client.reply.read_end()) {
      disconnect(client);
      return true;
    }
    if (!keeps_ || !client.reply.is_empty()) throw std::runtime_error("a reply was cut");
    reconnect(client);
    return false;
  }

  void finish(Client& client, Replies& replies) {
    const double seconds = std::chrono::duration<double>(Clock::now() - client.started).count();
    const HttpReplyScanner& reply = client.reply;
    client.waits = false;
    if (!reply.is_200() || reply.is_gzip() != gzip_) {
      throw std::runtime_error("not 200 with the requested encoding: " + std::string(reply.head()));
    }
    replies.seconds.push_back(seconds);
    replies.bytes = reply.bytes();
    if (!reply.closes() && keeps_) return;
    replies.closed += keeps_ ? 1 : 0;
    disconnect(client);
  }

  bool gzip_;
  bool keeps_;
  sockaddr_in address_{};
  std::string request_;
  int poll_ = check(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  std::vector<Client> clients_;
  std::vector<char> buffer_ = std::vector<char>(std::size_t{1} << 20);
};

}  // namespace narthex::bench
