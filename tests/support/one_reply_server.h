#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace narthex {

// A server on loopback that sends the same bytes to each complete request, and closes the connection. It keeps the
// complete requests.
class OneReplyServer {
 public:
  explicit OneReplyServer(std::string reply) : reply_(std::move(reply)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, raw, size) != 0 || ::listen(listener_, 16) != 0 ||
        ::getsockname(listener_, raw, &size) != 0) {
      throw std::system_error(errno, std::generic_category(), "listen");
    }
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    thread_ = std::thread([this] { serve(); });
  }
  OneReplyServer(const OneReplyServer&) = delete;
  OneReplyServer& operator=(const OneReplyServer&) = delete;
  ~OneReplyServer() {
    ::shutdown(listener_, SHUT_RDWR);  // ends accept()
    thread_.join();
    ::close(listener_);
  }

  const std::string& url() const { return url_; }
  // Each with its head and body.
  std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void serve() {
    for (int client = 0; (client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0; ::close(client)) {
      std::string request = receive(client);
      if (!is_complete(request)) continue;
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(std::move(request));
      }
      ::send(client, reply_.data(), reply_.size(), MSG_NOSIGNAL);
    }
  }

  static std::string receive(int client) {
    std::string request;
    char bytes[65536];
    while (!is_complete(request)) {
      const ssize_t size = ::recv(client, bytes, sizeof bytes, 0);
      if (size <= 0) break;
      request.append(bytes, static_cast<std::size_t>(size));
    }
    return request;
  }

  static bool is_complete(const std::string& request) {
    constexpr std::string_view kLength = "\r\nContent-Length: ";
    const std::size_t blank = request.find("\r\n\r\n");
    if (blank == std::string::npos) return false;
    const std::size_t length = request.find(kLength);
    const std::size_t body = length < blank ? std::stoul(request.substr(length + kLength.size())) : 0;
    return request.size() >= blank + 4 + body;
  }

  const std::string reply_;
  const int listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::string url_;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

}  // namespace narthex
