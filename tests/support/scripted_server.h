#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace narthex {

// What a ScriptedServer does after a complete request.
struct ScriptedReply {
  enum class Then {
    keep,    // the connection stays open for the next request
    close,   // the connection is closed after the bytes
    repeat,  // the bytes are sent again and again, until the client closes the connection
    hang,    // nothing more is sent, until the client closes the connection
  };

  std::string bytes{};
  Then then = Then::keep;

  // A complete reply with a status, further header lines, each with its line end, and a body.
  static ScriptedReply of(int status, const std::string& headers = {}, const std::string& body = {}) {
    return {"HTTP/1.1 " + std::to_string(status) + " Some reason\r\n" + headers +
            "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body};
  }
};

// A request that a ScriptedServer has received.
struct ScriptedRequest {
  std::string head{};  // with the blank line at its end
  std::string body{};
  std::chrono::steady_clock::time_point at{};
  int connection = 0;  // number of the connection, from 1

  std::string line() const { return head.substr(0, head.find('\r')); }
  // Returns the value of a header, or "(none)".
  std::string header(const std::string& name) const {
    const std::size_t begin = head.find("\r\n" + name + ": ");
    if (begin == std::string::npos) return "(none)";
    const std::size_t value = begin + name.size() + 4;
    return head.substr(value, head.find('\r', value) - value);
  }
};

// A server on loopback that plays a list of replies, one for each request. The last one is played for all further
// requests. It serves one connection at a time.
class ScriptedServer {
 public:
  explicit ScriptedServer(std::vector<ScriptedReply> replies) : replies_(std::move(replies)) {
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
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  ~ScriptedServer() {
    ::shutdown(listener_, SHUT_RDWR);             // ends accept()
    ::shutdown(client_.exchange(-1), SHUT_RDWR);  // ends recv() and send()
    thread_.join();
    ::close(listener_);
  }

  const std::string& url() const { return url_; }
  std::vector<ScriptedRequest> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  // Waits until there are this many requests, for at most 10 s. Returns the requests.
  std::vector<ScriptedRequest> wait_for(std::size_t count) const {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (requests().size() < count && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return requests();
  }

 private:
  void serve() {
    for (int connection = 1;; ++connection) {
      const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (client < 0) return;
      client_ = client;
      std::string rest;
      while (take_request(client, connection, rest) && reply(client)) {
      }
      int open = client;
      client_.compare_exchange_strong(open, -1);
      ::close(client);
    }
  }

  // Returns whether the client has sent a complete request.
  bool take_request(int client, int connection, std::string& received) {
    std::size_t end = 0;
    while ((end = end_of_request(received)) == std::string::npos) {
      if (!receive(client, received)) return false;
    }
    const std::size_t body = received.find("\r\n\r\n") + 4;
    const std::lock_guard lock(mutex_);
    requests_.push_back(
        {received.substr(0, body), received.substr(body, end - body), std::chrono::steady_clock::now(), connection});
    received.erase(0, end);
    return true;
  }

  // Returns whether the connection stays open.
  bool reply(int client) {
    const ScriptedReply& reply = replies_[std::min(next_++, replies_.size() - 1)];
    do {
      if (::send(client, reply.bytes.data(), reply.bytes.size(), MSG_NOSIGNAL) < 0) return false;
    } while (reply.then == ScriptedReply::Then::repeat);
    std::string ignored;
    while (reply.then == ScriptedReply::Then::hang && receive(client, ignored)) {
    }
    return reply.then == ScriptedReply::Then::keep;
  }

  static bool receive(int client, std::string& text) {
    char bytes[65536];
    const ssize_t size = ::recv(client, bytes, sizeof bytes, 0);
    if (size > 0) text.append(bytes, static_cast<std::size_t>(size));
    return size > 0;
  }

  // Returns npos if the request is not complete.
  static std::size_t end_of_request(const std::string& text) {
    constexpr std::string_view kLength = "\r\nContent-Length: ";
    const std::size_t blank = text.find("\r\n\r\n");
    if (blank == std::string::npos) return blank;
    const std::size_t length = text.find(kLength);
    const std::size_t body = length < blank ? std::stoul(text.substr(length + kLength.size())) : 0;
    return text.size() >= blank + 4 + body ? blank + 4 + body : std::string::npos;
  }

  const std::vector<ScriptedReply> replies_;
  const int listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::string url_;
  std::atomic<int> client_{-1};  // the open connection
  std::size_t next_ = 0;
  mutable std::mutex mutex_;
  std::vector<ScriptedRequest> requests_;
  std::thread thread_;
};

}  // namespace narthex
