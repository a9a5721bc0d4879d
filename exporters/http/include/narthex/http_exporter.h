#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <narthex/detail/export.h>
#include <narthex/exposition.h>
#include <narthex/registry.h>
#include <narthex/web_config_file.h>

namespace NARTHEX_VISIBILITY narthex {

/// Options of HttpExporter.
struct HttpOptions {
  /// Addresses to listen on, separated by commas. Each is one of:
  ///   - a numeric address or `localhost` with a port from 0 to 65535: "127.0.0.1:9464", "[::1]:9464". Port 0 selects a
  ///     free port, which port() returns. "0.0.0.0:9464" serves all IPv4 addresses of the machine, "[::]:9464" all IPv6
  ///     addresses;
  ///   - the path of a Unix socket: "unix:/run/app/metrics.sock". A file that an ended process left is replaced;
  ///   - a listening socket that the process inherited, for example from systemd: "fd:3".
  std::string listen = "127.0.0.1:9464";
  /// Permissions of the files of Unix sockets, as chmod takes them, from 0 to 0777. A client needs write permission.
  unsigned socket_mode = 0666;
  /// Path of the registry. It starts with '/'.
  std::string path = "/metrics";
  /// Path of a web configuration file. It sets TLS, passwords, headers, and a rate limit (docs/web-configuration.md).
  /// Its format is that of the option --web.config.file of the exporters of Prometheus. It is read again for every
  /// request, on the thread that serves all connections, so it should be on a local file system. Empty: no file.
  WebConfigFile web_config_file{};
  /// Maximum number of open connections, from 1 to 1,000,000. If a further client connects, another connection is
  /// closed: the one that has been without a complete request, or without reading a part of its reply, for the longest
  /// time. A connection whose scrape runs is never closed for another one.
  std::size_t max_connections = 512;
  /// Time in which a client has to send the whole head of a request, and to complete the TLS handshake, in
  /// milliseconds, from 1 ms to 1 hour.
  std::chrono::milliseconds request_timeout{5000};
  /// Time for which a connection stays open between two requests, in milliseconds, from 1 ms to 24 hours. It should be
  /// longer than the scrape interval.
  std::chrono::milliseconds idle_timeout{120'000};
  /// Time in which a client has to read a whole reply, in milliseconds, from 1 ms to 1 hour.
  std::chrono::milliseconds write_timeout{30'000};
  /// Maximum number of requests per path that are served concurrently, from 1 to 1000. Further requests wait for as
  /// long as the scraper waits, at most 10 s. Then they get status 503.
  std::size_t max_scrapes_in_flight = 16;
  /// Maximum size in bytes of all replies that clients have not read yet, at least 1. If a new reply exceeds it, the
  /// connections with the oldest replies are closed. One reply always fits.
  std::size_t max_pending_bytes = std::size_t{256} << 20;
  /// Number of replies that are written concurrently, from 1 to 1000. It does not limit the number of collectors that
  /// run concurrently: while collectors wait or hang, further threads are started.
  int scrape_threads = 2;
  /// Time for which the destructor lets started replies finish, in milliseconds, from 0 to 1 hour. 0: it closes them.
  std::chrono::milliseconds shutdown_timeout{1000};
  /// Serve a page on "/" that lists the paths and shows the metrics of the first path in a browser.
  bool landing_page = true;
  /// Receives lines about failures that the exporter survives: an invalid change of the web configuration file, a
  /// collector that delays the destructor. It is called on a thread of the exporter or on the thread that destroys it,
  /// and must not block. Empty: the lines are written to stderr.
  std::function<void(std::string_view line)> diagnostic = {};
};

/// Serves registries over HTTP/1.1 while the object exists, on IPv4, IPv6, and Unix sockets, with or without TLS.
///
/// Values: GET and HEAD. Connections are kept open for further requests, and requests may be pipelined. Other methods
///   get status 405 or 501, heads above 16 KiB get 414 or 431, and requests with a body get 413. Clients that are slow
///   or silent occupy no thread. See HttpOptions for the limits.
/// Thread safety: all members may be called concurrently. The exporter runs threads of its own: one that reads and
/// writes all connections, the scrape threads, and one that checks passwords if there are any. They have stacks of the
/// default size and block signals. Collectors and handlers run on scrape threads. They must not destroy the exporter.
/// Exceptions: ListenError if it cannot listen on an address. OptionsError for an invalid option or an invalid
///   web_config_file. FileError if a file cannot be read. SystemError if the system has no threads, descriptors, or
///   random bytes.
/// Lifetime: it keeps the registries alive. The destructor stops accepting connections, lets started replies finish for
///   shutdown_timeout, and closes the others. It waits longer only for collectors and handlers that are running, and
///   logs the names of these collectors. The child of a fork() does not have the threads: there the exporter serves
///   nothing, and its destructor closes the descriptors. A child that closes all descriptors itself must not destroy
///   the exporter.
///
/// Example:
///   narthex::HttpExporter exporter(registry, {.listen = "127.0.0.1:9464, unix:/run/app/metrics.sock"});
class [[nodiscard]] NARTHEX_EXPORT HttpExporter {
 public:
  /// A request to a path that handle() serves.
  struct Request {
    std::string method{};         ///< "GET" or "HEAD".
    std::string path{};           ///< Path without the query, for example "/healthz". Not percent-decoded.
    std::string query{};          ///< Query without the '?'. Not percent-decoded.
    std::string authorization{};  ///< Value of the header Authorization. Empty if it is missing or repeated.
    ExpositionRequest scrape{};   ///< Pass it to expose(). `timeout` is what remains of it.
  };
  /// The reply of a function that handle() serves.
  struct Response {
    int status = 200;  ///< Status code from 200 to 599, without 204 and 304, which have no body.
    std::string content_type = "text/plain; charset=utf-8";  ///< Value of the header, without control characters.
    std::string body{};                                      ///< Body in bytes. It is not sent as a reply to HEAD.
    /// Further headers: `{{"Content-Encoding", "gzip"}}`. A name is a token (RFC 9110); a value has no control characters.
    /// The exporter itself sets Connection, Content-Length, Content-Type, Date, and Transfer-Encoding.
    std::vector<std::pair<std::string, std::string>> headers{};
  };

  /// Computes the reply to a request. An exception becomes status 500 with its message.
  using Handler = std::function<Response(const Request& request)>;

  /// Starts to serve a registry on the path of the options.
  [[nodiscard]] explicit HttpExporter(const Registry& registry, const HttpOptions& options = {});
  /// Starts to listen, and serves nothing until add() or handle() is called. `options.path` is not used.
  [[nodiscard]] explicit HttpExporter(const HttpOptions& options);
  HttpExporter(const HttpExporter&) = delete;
  HttpExporter& operator=(const HttpExporter&) = delete;
  ~HttpExporter();

  /// Serves a further registry on another path. Throws OptionsError if the path is in use or invalid.
  void add(const Registry& registry, const std::string& path);

  /// Serves a function on another path, for example a health check. It is called concurrently for concurrent requests.
  /// Throws OptionsError if the path is in use or invalid, or if the function is empty.
  ///
  /// Example:
  ///   exporter.handle("/healthz", [](const auto&) -> narthex::HttpExporter::Response { return {.body = "ok\n"}; });
  void handle(const std::string& path, Handler handler);

  /// Returns the port of the first address in `listen` that has one, or 0 if no address has a port.
  [[nodiscard]] std::uint16_t port() const noexcept;

  /// Returns the addresses of `listen` in their order, with the selected ports: "127.0.0.1:41267",
  /// "unix:/run/app/metrics.sock".
  [[nodiscard]] std::vector<std::string> addresses() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace narthex
