#include "http/listen_address.h"

#include <cerrno>
#include <charconv>
#include <system_error>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>
#include <netinet/in.h>

namespace narthex::detail {

namespace {

constexpr std::string_view kForms =
    "allowed: 127.0.0.1:9464, [::1]:9464, localhost:9464, or 0.0.0.0:9464 for all addresses";

bool parse_ipv4(const std::string& host, std::uint16_t port, SocketAddress& address) {
  auto& ipv4 = reinterpret_cast<sockaddr_in&>(address.storage);
  ipv4.sin_family = AF_INET;
  ipv4.sin_port = htons(port);
  address.size = sizeof ipv4;
  return ::inet_pton(AF_INET, host == "localhost" ? "127.0.0.1" : host.c_str(), &ipv4.sin_addr) == 1;
}

bool parse_ipv6(const std::string& host, std::uint16_t port, SocketAddress& address) {
  if (!host.starts_with('[') || !host.ends_with(']')) return false;
  auto& ipv6 = reinterpret_cast<sockaddr_in6&>(address.storage);
  ipv6 = {};
  ipv6.sin6_family = AF_INET6;
  ipv6.sin6_port = htons(port);
  address.size = sizeof ipv6;
  return ::inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &ipv6.sin6_addr) == 1;
}

ListenAddress parse_entry(std::string_view entry) {
  const std::size_t colon = entry.rfind(':');
  if (colon == std::string_view::npos) refuse_address(entry, EINVAL, kForms);
  const std::string_view digits = entry.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    refuse_address(entry, EINVAL, "allowed: a port from 0 to 65535");
  }
  ListenAddress parsed{.host = std::string(entry.substr(0, colon)), .address = {}};
  if (!parse_ipv4(parsed.host, port, parsed.address) && !parse_ipv6(parsed.host, port, parsed.address)) {
    refuse_address(entry, EINVAL, kForms);
  }
  return parsed;
}

}  // namespace

std::string_view without_spaces(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::string ListenAddress::with_port(std::uint16_t port) const { return fmt::format("{}:{}", host, port); }

std::vector<ListenAddress> parse_listen(std::string_view listen) {
  std::vector<ListenAddress> addresses;
  for (;;) {
    const std::size_t comma = listen.find(',');
    addresses.push_back(parse_entry(without_spaces(listen.substr(0, comma))));
    if (comma == std::string_view::npos) return addresses;
    listen.remove_prefix(comma + 1);
  }
}

void refuse_address(std::string_view address, int error, std::string_view hint) {
  throw ListenError(
      fmt::format("listen {}: cannot listen on this address{}{}", quote(address), hint.empty() ? "" : "; ", hint),
      std::error_code(error, std::generic_category()));
}

}  // namespace narthex::detail
