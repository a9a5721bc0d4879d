#include "replicas.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <utility>

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "command_line.h"

namespace gallery {

namespace {

std::vector<std::string> addresses_of(const std::string& host) {
  addrinfo wanted{};
  wanted.ai_family = AF_INET;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), nullptr, &wanted, &found) != 0) return {};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
  std::vector<std::string> addresses;
  for (; found != nullptr; found = found->ai_next) {
    std::array<char, INET_ADDRSTRLEN> text{};
    ::getnameinfo(found->ai_addr, found->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST);
    addresses.emplace_back(text.data());
  }
  return addresses;
}

}  // namespace

Endpoint parse_url(const std::string& url) {
  constexpr std::string_view kScheme = "http://";
  std::string host = url.starts_with(kScheme) ? url.substr(kScheme.size()) : "";
  int port = Endpoint().port;
  if (const std::size_t colon = host.find(':'); colon != std::string::npos) {
    port = parse_port(host.substr(colon + 1));
    host.resize(colon);
  }
  if (host.empty() || host.find('/') != std::string::npos) throw UsageError("a URL is http://HOST or http://HOST:PORT");
  return {std::move(host), port};
}

Replicas::Replicas(std::vector<Endpoint> endpoints) : endpoints_(std::move(endpoints)) {}

std::vector<Endpoint> Replicas::in_turn() {
  std::vector<Endpoint> replicas;
  for (const auto& [host, port] : endpoints_) {
    for (std::string& address : addresses_of(host)) replicas.push_back({std::move(address), port});
  }
  std::sort(replicas.begin(), replicas.end());  // DNS shuffles the addresses, and round robin needs a fixed order
  replicas.erase(std::unique(replicas.begin(), replicas.end()), replicas.end());
  if (replicas.empty()) return replicas;
  const std::size_t first = turn_.fetch_add(1) % replicas.size();
  std::rotate(replicas.begin(), replicas.begin() + static_cast<std::ptrdiff_t>(first), replicas.end());
  return replicas;
}

}  // namespace gallery
