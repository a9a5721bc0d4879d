#pragma once

#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

#include "listen_address.h"
#include "socket.h"

namespace narthex::detail {

// Listens on IPv6 for a civetweb that was built without it, and passes the bytes of each connection to and fro:
//
//   client -- [::1]:9464 --> relay -- 127.0.0.1:<picked> --> civetweb
//
// One thread, which waits in poll(); a connection is two sockets and two buffers, and there are at most kMostConnections.
class Ipv6Relay {
 public:
  static constexpr std::size_t kMostConnections = 64;

  // Throws std::system_error with the address and the reason when it cannot listen.
  // `silence` ends a connection whose client does not take its reply for so long; at most an hour.
  Ipv6Relay(const std::vector<ListenAddress>& addresses, std::uint16_t to_port, std::chrono::milliseconds silence);
  Ipv6Relay(const Ipv6Relay&) = delete;
  Ipv6Relay& operator=(const Ipv6Relay&) = delete;
  ~Ipv6Relay();

  // Returns the ports, in the order of the addresses.
  std::vector<std::uint16_t> ports() const;

 private:
  void run();

  const SocketAddress to_;
  const std::chrono::milliseconds silence_;
  std::vector<Socket> listeners_;
  Socket stop_;  // an eventfd: readable once the relay is to end
  std::thread thread_;
};

}  // namespace narthex::detail
