#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "civetweb/relayed_peers.h"
#include "civetweb/stream.h"
#include "http/listen_address.h"
#include "http/socket.h"

namespace narthex::detail {

// How a relay does its work.
struct RelayOptions {
  std::uint16_t to_port = 0;             // of civetweb, on 127.0.0.1
  std::chrono::milliseconds silence{0};  // ends a connection whose client does not take its reply; at most an hour
  std::size_t max_connections = 64;      // at the same time; others wait
  RelayedPeers* peers = nullptr;         // where it says which connections to civetweb are its own; outlives it
  std::function<std::unique_ptr<Stream>(FileDescriptor)>
      client_end{};  // makes the end of a client; closes it by throwing
};

// Listens in place of a civetweb that cannot, and passes the bytes of each connection to and fro:
//
//   client -- [::1]:9464, TLS --> relay -- 127.0.0.1:<picked> --> civetweb
//
// Debian's civetweb is built without IPv6, and its TLS looks in OpenSSL 3 for a function that is not there any more.
// One thread, which waits in poll(); a connection is two ends and two buffers.
class Relay {
 public:
  // Throws ListenError with the address and the reason when it cannot listen.
  Relay(const std::vector<ListenAddress>& addresses, RelayOptions options);
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;
  ~Relay();

  // Returns the ports, in the order of the addresses.
  std::vector<std::uint16_t> ports() const;

 private:
  void run();

  const RelayOptions options_;
  const SocketAddress to_;
  std::vector<FileDescriptor> listeners_;
  FileDescriptor stop_;  // an eventfd: readable once the relay is to end
  std::thread thread_;
};

}  // namespace narthex::detail
