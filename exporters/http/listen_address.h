#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "http/socket.h"

namespace narthex::detail {

// One address of the option `listen` of an exporter.
struct ListenAddress {
  std::string host;  // as it is shown: "127.0.0.1", "[::1]"
  SocketAddress address;

  bool is_ipv6() const noexcept { return address.storage.ss_family == AF_INET6; }
  std::string with_port(std::uint16_t port) const;  // "127.0.0.1:9464"
};

// Returns a text without the spaces around it.
std::string_view without_spaces(std::string_view text);

// Returns the entries of a comma-separated list.
// Throws ListenError (invalid_argument), which quotes the entry that is wrong.
std::vector<ListenAddress> parse_listen(std::string_view listen);

// Throws the ListenError for an address that cannot be used.
[[noreturn]] void refuse_address(std::string_view address, int error, std::string_view hint = {});

}  // namespace narthex::detail
