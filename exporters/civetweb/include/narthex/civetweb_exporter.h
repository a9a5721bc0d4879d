#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <narthex/detail/export.h>
#include <narthex/registry.h>
#include <narthex/web_config_file.h>

namespace NARTHEX_VISIBILITY narthex {

/// Options of CivetwebExporter.
struct CivetwebOptions {
  /// Addresses to listen on, separated by commas: numeric addresses or `localhost`, each with a port from 0 to 65535,
  /// as in "127.0.0.1:9464,127.0.0.2:9464". Port 0 selects a free port, which port() returns. "0.0.0.0:9464" serves
  /// every client that can reach the machine. IPv6 addresses need a civetweb that was built with IPv6.
  std::string listen = "127.0.0.1:9464";
  /// Path of the registry. It starts with '/'.
  std::string path = "/metrics";
  /// Time after which the connection of a silent client is closed, in milliseconds, from 1 ms to 1 hour.
  std::chrono::milliseconds request_timeout{5000};
  /// Number of connections that are served concurrently, from 1 to 1000. Further connections wait. A silent client
  /// occupies a thread for request_timeout: use more threads or a shorter timeout if untrusted clients can connect.
  /// A scrape occupies a thread also while it waits for a collector.
  int worker_threads = 4;
  /// Path of a web configuration file. It sets passwords, headers, and a rate limit (docs/web-configuration.md). Its
  /// format is that of the option --web.config.file of the exporters of Prometheus, without TLS. It is read again for
  /// every request. Empty: no file.
  WebConfigFile web_config_file{};
  /// Function that logs one line about a problem, for example a web configuration file that was changed and is invalid.
  /// It is called on the worker threads, also concurrently, without a lock held. Its exceptions are ignored. Default:
  /// writes to stderr.
  std::function<void(std::string_view line)> diagnostic = {};
};

/// Serves registries over HTTP with civetweb while the object exists: GET and HEAD, one request per connection.
///
/// HttpExporter is the better choice for a service that does not have civetweb already: it serves IPv6, TLS, Unix
/// sockets, and kept-alive connections, slow clients hold none of its threads, and it has none of the limits below.
///
/// Values: replies come from the registries only. No file of the machine is reachable.
/// Limits of civetweb: it has no TLS here, and IPv6 only if it was built with it. RFC 9110 and RFC 9112 require
/// something else where civetweb 1.15 does this:
///   - It closes the connection without a reply if the request has an absolute URL whose port is not the one that
///     civetweb listens on (a URL without a port means 80), and for `GET *` and `OPTIONS *`. Behind `docker run -p
///     80:9464`, a proxy that sends `GET http://host/metrics HTTP/1.1` gets no reply. Let it send the path only, as
///     Prometheus and curl do, or publish the same port.
///   - It copies bytes of the request into the head of the reply: `GET /metrics HTTP/1.1 x` is answered with a status
///     line that contains ` x` and the following header lines of the request; HTTP/9.9 is answered with `HTTP/9.9 505`.
///   - It accepts requests that must get status 400: without a Host line, with two of them or an invalid one; with a
///     space before a colon, or an invalid or empty header name; with two different values of Content-Length, or a
///     sign before its value.
///   - It decodes and cleans paths before they are compared: `/%6detrics`, `/metrics%00x`, `/x/../metrics`,
///     `//metrics`, `/metrics.`, and `/x\..\metrics` are answered as `/metrics`.
///   - It ignores header lines after the 64th.
///   - Its statuses differ: 411 for an invalid Content-Length (not 400), 400 for an unknown method (not 501), for a
///     head above 16 KiB (not 414 or 431), and for a head that takes longer than request_timeout (not 408).
/// Thread safety: all members may be called concurrently. The exporter runs threads of its own: the worker threads, one
///   that accepts connections, and one that checks passwords if the web configuration file has users. It ignores
///   SIGPIPE for the whole process, as civetweb does. Collectors run on the worker threads; Collector describes the
///   stack that they have.
/// Exceptions: ListenError if it cannot listen on an address, also if this is an IPv6 address and civetweb was built
///   without IPv6. OptionsError for an invalid option or an invalid web_config_file, and if that file configures TLS.
///   FileError if a file cannot be read. SystemError if the system has no random bytes.
/// Lifetime: it keeps the registries alive. The destructor closes all connections, also those of running scrapes, and
///   returns when all threads have ended; it waits for at most one check of a password. The child of a fork() does not
///   have these threads; there the destructor does nothing.
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

  /// Returns the addresses of `listen` in their order, with the selected ports: "127.0.0.1:41267".
  [[nodiscard]] std::vector<std::string> addresses() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace narthex
