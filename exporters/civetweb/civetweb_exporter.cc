#include <narthex/civetweb_exporter.h>

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <narthex/error.h>
#include <sys/types.h>
#include <unistd.h>

#include "civetweb/civetweb_server.h"
#include "civetweb/relay.h"
#include "civetweb/relayed_peers.h"
#include "civetweb/web_gate.h"
#include "http/listen_address.h"
#include "http/routes.h"

namespace narthex {

namespace {

constexpr int kMaxThreads = 1000;
constexpr std::size_t kMinRelayed = 64;  // or as many as there are threads
constexpr std::chrono::hours kMaxTimeout{1};

const CivetwebOptions& checked(const CivetwebOptions& options) {
  if (options.worker_threads < 1 || options.worker_threads > kMaxThreads) {
    throw OptionsError(
        fmt::format("civetweb exporter: worker_threads is {}; allowed: 1 to {}", options.worker_threads, kMaxThreads));
  }
  if (options.request_timeout.count() < 1 || options.request_timeout > kMaxTimeout) {
    throw OptionsError(fmt::format("civetweb exporter: request_timeout is {} ms; allowed: 1 ms to 1 hour",
                                   options.request_timeout.count()));
  }
  return options;
}

}  // namespace

// Owns the parts: the server, the gate and the routes that decide about its requests, and the relay in front of it.
class CivetwebExporter::Impl {
 public:
  Impl(const Registry& registry, const CivetwebOptions& options) : listen_(detail::parse_listen(options.listen)) {
    routes_.add(registry, checked(options).path);
    if (!options.web_config_file.empty()) {
      // The other half of the threads stays free for clients whose password is known.
      gate_ = detail::open_web_gate(options.web_config_file, std::max(1, options.worker_threads / 2));
    }
    start(options);
  }

  void add(const Registry& registry, const std::string& path) { routes_.add(registry, path); }

  // After a fork() the child has this object but not its threads.
  bool belongs_to_another_process() const noexcept { return process_ != ::getpid(); }

  std::uint16_t port() const noexcept { return ports_.front(); }

  std::vector<std::string> addresses() const {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < listen_.size(); ++i) all.push_back(listen_[i].with_port(ports_[i]));
    return all;
  }

 private:
  // Splits the addresses between civetweb and, where it knows no IPv6 or no TLS, the relay.
  void start(const CivetwebOptions& options) {
    std::vector<detail::ListenAddress> served;
    std::vector<detail::ListenAddress> relayed;
    for (const auto& entry : listen_) (is_relayed(entry) ? relayed : served).push_back(entry);
    if (!relayed.empty()) served.push_back(detail::parse_listen("127.0.0.1:0").front());  // where the relay leads to

    server_.emplace(served, options, routes_,
                    detail::AccessRules{.gate = gate_.get(), .allowed_peers = has_tls() ? &peers_ : nullptr});
    std::vector<std::uint16_t> served_ports = server_->ports();
    std::vector<std::uint16_t> relayed_ports;
    if (!relayed.empty()) {
      relay_.emplace(relayed, relay_options(served_ports.back(), options));
      relayed_ports = relay_->ports();
    }
    auto next_served = served_ports.begin();
    auto next_relayed = relayed_ports.begin();
    for (const auto& entry : listen_) ports_.push_back(is_relayed(entry) ? *next_relayed++ : *next_served++);
  }

  detail::RelayOptions relay_options(std::uint16_t to_port, const CivetwebOptions& options) {
    return {.to_port = to_port,
            .silence = options.request_timeout,
            .max_connections = std::max(kMinRelayed, static_cast<std::size_t>(options.worker_threads)),
            .peers = &peers_,
            .client_end = [this](detail::FileDescriptor client) -> std::unique_ptr<detail::Stream> {
              if (has_tls()) return gate_->encrypt(std::move(client));
              return std::make_unique<detail::PlainStream>(std::move(client));
            }};
  }

  bool has_tls() const noexcept { return gate_ && gate_->has_tls(); }

  bool is_relayed(const detail::ListenAddress& entry) const {
    return has_tls() || (entry.is_ipv6() && !detail::CivetwebServer::knows_ipv6());
  }

  const pid_t process_ = ::getpid();
  const std::vector<detail::ListenAddress> listen_;
  std::unique_ptr<detail::WebGate> gate_;  // null without a web configuration file
  detail::RelayedPeers peers_;
  detail::Routes routes_;
  std::optional<detail::CivetwebServer> server_;
  std::optional<detail::Relay> relay_;
  std::vector<std::uint16_t> ports_;  // of listen_, in its order
};

CivetwebExporter::CivetwebExporter(const Registry& registry, const CivetwebOptions& options)
    : impl_(std::make_unique<Impl>(registry, options)) {}

CivetwebExporter::~CivetwebExporter() {
  // Waiting for threads of the parent would never end. They continue to serve, so nothing remains to be done.
  if (impl_->belongs_to_another_process()) static_cast<void>(impl_.release());
}

void CivetwebExporter::add(const Registry& registry, const std::string& path) { impl_->add(registry, path); }

std::uint16_t CivetwebExporter::port() const noexcept { return impl_->port(); }

std::vector<std::string> CivetwebExporter::addresses() const { return impl_->addresses(); }

}  // namespace narthex
