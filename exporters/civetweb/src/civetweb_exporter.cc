#include <narthex/civetweb_exporter.h>

#include <optional>

#include <fmt/format.h>
#include <narthex/error.h>

#include "civetweb_server.h"
#include "ipv6_relay.h"
#include "listen_address.h"
#include "routes.h"

namespace narthex {

namespace {

const CivetwebOptions& checked(const CivetwebOptions& options) {
  if (options.worker_threads < 1) {
    throw RegistrationError(
        fmt::format("civetweb exporter: worker_threads is {}, and needs to be at least 1", options.worker_threads));
  }
  if (options.request_timeout.count() < 1) {
    throw RegistrationError(fmt::format("civetweb exporter: request_timeout is {} ms, and needs to be at least 1 ms",
                                        options.request_timeout.count()));
  }
  return options;
}

}  // namespace

// Owns the parts: the routes, which the server reads, and the relay, which feeds it.
class CivetwebExporter::Impl {
 public:
  Impl(const Registry& registry, const CivetwebOptions& options) : listen_(detail::parse_listen(options.listen)) {
    routes_.add(registry, checked(options).path);
    start(options);
  }

  void add(const Registry& registry, const std::string& path) { routes_.add(registry, path); }

  std::uint16_t port() const noexcept { return ports_.front(); }

  std::vector<std::string> addresses() const {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < listen_.size(); ++i) all.push_back(listen_[i].with_port(ports_[i]));
    return all;
  }

 private:
  // Splits the addresses between civetweb and, where civetweb knows no IPv6, the relay.
  void start(const CivetwebOptions& options) {
    std::vector<detail::ListenAddress> served;
    std::vector<detail::ListenAddress> relayed;
    for (const auto& entry : listen_) {
      (entry.is_ipv6() && !detail::CivetwebServer::knows_ipv6() ? relayed : served).push_back(entry);
    }
    if (!relayed.empty()) served.push_back(detail::parse_listen("127.0.0.1:0").front());  // where the relay leads to
    server_.emplace(served, options, routes_);
    const auto served_ports = server_->ports();
    std::vector<std::uint16_t> relayed_ports;
    if (!relayed.empty()) {
      relay_.emplace(relayed, served_ports.back(), options.request_timeout);
      relayed_ports = relay_->ports();
    }

    auto next_served = served_ports.begin();
    auto next_relayed = relayed_ports.begin();
    for (const auto& entry : listen_) {
      const bool is_relayed = entry.is_ipv6() && !detail::CivetwebServer::knows_ipv6();
      ports_.push_back(is_relayed ? *next_relayed++ : *next_served++);
    }
  }

  const std::vector<detail::ListenAddress> listen_;
  detail::Routes routes_;
  std::optional<detail::CivetwebServer> server_;
  std::optional<detail::Ipv6Relay> relay_;
  std::vector<std::uint16_t> ports_;  // of listen_, in its order
};

CivetwebExporter::CivetwebExporter(const Registry& registry, const CivetwebOptions& options)
    : impl_(std::make_unique<Impl>(registry, options)) {}

CivetwebExporter::~CivetwebExporter() = default;

void CivetwebExporter::add(const Registry& registry, const std::string& path) { impl_->add(registry, path); }

std::uint16_t CivetwebExporter::port() const noexcept { return impl_->port(); }

std::vector<std::string> CivetwebExporter::addresses() const { return impl_->addresses(); }

}  // namespace narthex
