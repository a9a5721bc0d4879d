#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <sys/socket.h>
#include <sys/un.h>

#include "support/http_client.h"

namespace narthex {

// A connection that stays open for several requests. It reads each reply by its Content-Length.
class KeptConnection {
 public:
  explicit KeptConnection(std::uint16_t port, int family = AF_INET) : connection_(port, family) {}

  void send(std::string_view bytes) { connection_.send(bytes); }

  // Returns the next reply. It is empty if the server has closed the connection.
  HttpReply receive() {
    std::size_t end = 0;
    while ((end = bytes_.find("\r\n\r\n")) == std::string::npos) {
      if (!read()) return {};
    }
    HttpReply reply{bytes_.substr(0, end + 2), ""};
    bytes_.erase(0, end + 4);
    constexpr std::string_view kLength = "\r\nContent-Length: ";
    const std::size_t size = std::stoul(reply.head.substr(reply.head.find(kLength) + kLength.size()));
    while (bytes_.size() < size) {
      if (!read()) return {};
    }
    reply.body = bytes_.substr(0, size);
    bytes_.erase(0, size);
    return reply;
  }

  HttpReply get(const std::string& path = "/metrics", const std::string& lines = "") {
    send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + lines + "\r\n");
    return receive();
  }

  // Waits until the server closes the connection. Returns false if it sends something first.
  bool is_closed_by_server() { return bytes_.empty() && !read(); }

 private:
  bool read() {
    const std::string more = connection_.receive(1);
    bytes_ += more;
    return !more.empty();
  }

  RawConnection connection_;
  std::string bytes_;
};

}  // namespace narthex
