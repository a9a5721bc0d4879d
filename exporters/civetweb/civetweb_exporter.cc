#include <narthex/civetweb_exporter.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>
#include <sys/types.h>
#include <unistd.h>

#include "civetweb/blocking_gate.h"
#include "civetweb/civetweb_server.h"
#include "http/listen_address.h"
#include "http/routes.h"
#include "http/web_gate.h"

namespace narthex {

namespace {

constexpr int kMaxThreads = 1000;
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

// Throws for the first address that the installed civetweb does not support.
const std::vector<detail::ListenAddress>& checked(const std::vector<detail::ListenAddress>& addresses) {
  for (const detail::ListenAddress& entry : addresses) {
    if (!entry.is_ipv6() || detail::CivetwebServer::knows_ipv6()) continue;
    throw ListenError(
        fmt::format(
            "listen {}: the installed civetweb was built without IPv6; allowed: IPv4 addresses, or HttpExporter "
            "instead of CivetwebExporter",
            detail::quote(entry.with_port(port_of(entry.address)))),
        std::make_error_code(std::errc::address_family_not_supported));
  }
  return addresses;
}

// Returns the gate of the web configuration file, or null without a file.
std::unique_ptr<detail::BlockingGate> open_gate(const CivetwebOptions& options) {
  auto gate = detail::WebGateOpener::open(options.web_config_file, [log = options.diagnostic](std::string_view line) {
    if (log) {
      log(line);
    } else {
      std::fprintf(stderr, "narthex: %.*s\n", static_cast<int>(line.size()), line.data());
    }
  });
  if (!gate) return nullptr;
  if (gate->has_tls()) {
    throw OptionsError(
        fmt::format("web configuration {}: CivetwebExporter does not support tls_server_config; use HttpExporter",
                    detail::quote(options.web_config_file.path())));
  }
  // The other half of the threads stays free for clients whose password is known.
  return std::make_unique<detail::BlockingGate>(std::move(gate), std::max(1, options.worker_threads / 2));
}

}  // namespace

// Owns the parts: the gate and the routes that decide about requests, and the server.
class CivetwebExporter::Impl {
 public:
  Impl(const Registry& registry, const CivetwebOptions& options)
      : listen_(checked(detail::parse_listen(options.listen))) {
    routes_.add(checked(options).path, registry);
    gate_ = open_gate(options);
    server_.emplace(listen_, options, routes_, gate_.get());
    ports_ = server_->ports();
  }

  void add(const Registry& registry, const std::string& path) { routes_.add(path, registry); }

  // After a fork() the child has this object but not its threads.
  bool belongs_to_another_process() const noexcept { return process_ != ::getpid(); }

  std::uint16_t port() const noexcept { return ports_.front(); }

  std::vector<std::string> addresses() const {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < listen_.size(); ++i) all.push_back(listen_[i].with_port(ports_[i]));
    return all;
  }

 private:
  const pid_t process_ = ::getpid();
  const std::vector<detail::ListenAddress> listen_;
  std::unique_ptr<detail::BlockingGate> gate_;  // null without a web configuration file
  detail::Routes routes_;
  std::optional<detail::CivetwebServer> server_;
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
