#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <narthex/detail/export.h>
#include <narthex/registry.h>

namespace NARTHEX_VISIBILITY narthex {

/// Options of CivetwebExporter.
struct CivetwebOptions {
  /// Addresses to listen on, separated by commas: numeric addresses or `localhost`, each with a port from 0 to 65535,
  /// as in "127.0.0.1:9464,[::1]:9464". Port 0 selects a free port, which port() returns. "0.0.0.0:9464" serves every
  /// client that can reach the machine.
  std::string listen = "127.0.0.1:9464";
  /// Path of the registry. It starts with '/'.
  std::string path = "/metrics";
  /// Time after which the connection of a silent client is closed, in milliseconds, from 1 ms to 1 hour.
  std::chrono::milliseconds request_timeout{5000};
  /// Number of connections that are served concurrently, from 1 to 1000. Further connections wait. A silent client
  /// occupies a thread for request_timeout: use more threads or a shorter timeout if untrusted clients can connect.
  /// A scrape occupies a thread also while it waits for a collector.
  int worker_threads = 4;
  /// Path of a web configuration file. It sets TLS, passwords, headers, and a rate limit (docs/web-configuration.md).
  /// Its format is that of the option --web.config.file of the exporters of Prometheus. It is read again for every
  /// request. Empty: no file.
  std::string web_config_file{};
};

/// Serves registries over HTTP while the object exists: GET and HEAD, one request per connection.
///
/// Values: replies come from the registries only. No file of the machine is reachable.
/// Limit of civetweb: it closes the connection without a reply if the request has an absolute URL whose port is not the
///   one that civetweb listens on (a URL without a port means 80). Behind `docker run -p 80:9464`, a proxy that sends
///   `GET http://host/metrics HTTP/1.1` gets no reply. Let it send the path only, as Prometheus and curl do, or publish
///   the same port.
/// Thread safety: all members may be called concurrently. The exporter runs threads of its own: the worker threads, one
///   that accepts connections, and one that relays IPv6 and TLS if they are used. It ignores SIGPIPE for the whole
///   process, as civetweb does. Collectors run on the worker threads; Collector describes the stack that they have.
/// Exceptions: ListenError if it cannot listen on an address. OptionsError for an invalid option or an invalid
///   web_config_file. FileError if a file cannot be read. SystemError if the system has no descriptors or random bytes.
/// Lifetime: it keeps the registries alive. The destructor closes all connections, also those of running scrapes, and
///   returns when all threads have ended. The child of a fork() does not have these threads; there the destructor does
///   nothing.
///
/// Example:
///   narthex::CivetwebExporter exporter(registry, {.listen = "127.0.0.1:9464"});
class [[nodiscard]] NARTHEX_EXPORT CivetwebExporter {
 public:
  /// Starts to serve a registry on the path of the options.
  [[nodiscard]] explicit CivetwebExporter(const Registry& registry, const CivetwebOptions& options = {});
  CivetwebExporter(const CivetwebExporter&) = delete;
  CivetwebExporter& operator=(const CivetwebExporter&) = delete;
  ~CivetwebExporter();

  /// Serves a further registry on another path. Throws OptionsError if the path is in use or invalid.
  void add(const Registry& registry, const std::string& path);

  /// Returns the port of the first address in `listen`.
  [[nodiscard]] std::uint16_t port() const noexcept;

  /// Returns the addresses of `listen` in their order, with the selected ports: "127.0.0.1:41267". They do not include
  /// the internal port on 127.0.0.1 to which IPv6 and TLS are relayed.
  [[nodiscard]] std::vector<std::string> addresses() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace narthex
