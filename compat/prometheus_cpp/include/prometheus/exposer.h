#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>  // as in prometheus-cpp: programs rely on it
#include <string>
#include <vector>

#include <narthex/detail/export.h>
#include <prometheus/collectable.h>

struct CivetCallbacks;

namespace NARTHEX_VISIBILITY prometheus {

/// Serves collectables over HTTP while the object exists, through narthex::HttpExporter: text, OpenMetrics, protobuf,
/// and gzip, as the client requests. Each URI also serves its own `exposer_transferred_bytes_total`,
/// `exposer_scrapes_total`, and `exposer_request_latencies` in microseconds.
///
/// Thread safety: all members may be called concurrently. Collectables are called on the threads of the exposer.
/// Exceptions: all are std::runtime_error. From the constructor: narthex::ListenError if it cannot listen on an address,
///   narthex::OptionsError for an option that is not supported; both quote it. From the other functions:
///   narthex::OptionsError for an invalid URI, for example one
///   that contains a space.
/// Lifetime: it does not keep the collectables alive. A collectable that has ended is not served any more.
///
/// Example:
///   prometheus::Exposer exposer("127.0.0.1:8080");
///   exposer.RegisterCollectable(registry);
class NARTHEX_EXPORT Exposer {
 public:
  /// Starts to listen.
  ///
  /// `bind_address` is a comma-separated list. Each element is a port for all IPv4 addresses ("8080"), a port for all
  /// IPv4 and IPv6 addresses ("+8080"), an address with a port ("127.0.0.1:0", "[::1]:8080", "localhost:8080"), or the
  /// path of a Unix socket ("unix:/run/app.sock"). `num_threads` is the number of replies that are written concurrently.
  /// `callbacks` of civetweb must be null.
  explicit Exposer(const std::string& bind_address, std::size_t num_threads = 2,
                   const CivetCallbacks* callbacks = nullptr);
  /// Starts to listen. `options` are names of civetweb, each followed by its value: `listening_ports`, `num_threads`,
  /// `request_timeout_ms`, and `keep_alive_timeout_ms`. Options that change nothing a client sees have no effect:
  /// `enable_keep_alive`, `tcp_nodelay`, `error_log_file`, and similar ones. narthex adds `web_config_file`, the path of a file that sets TLS and passwords: see HttpOptions::web_config_file.
  explicit Exposer(const std::vector<std::string>& options, const CivetCallbacks* callbacks = nullptr);
  Exposer(const Exposer&) = delete;
  Exposer& operator=(const Exposer&) = delete;
  ~Exposer();

  /// Serves a collectable on a URI.
  void RegisterCollectable(const std::weak_ptr<Collectable>& collectable, const std::string& uri = "/metrics");
  /// Requires HTTP Basic authentication on a URI. The function gets the user and the password, and returns whether to
  /// serve the client. It is called for each request, concurrently for concurrent requests.
  void RegisterAuth(std::function<bool(const std::string&, const std::string&)> auth,
                    const std::string& realm = "Prometheus-cpp Exporter", const std::string& uri = "/metrics");
  /// Stops serving a collectable on a URI. Waits while a scrape calls it.
  void RemoveCollectable(const std::weak_ptr<Collectable>& collectable, const std::string& uri = "/metrics");

  /// Returns the ports on which it listens, in the order of the addresses. Unix sockets have none.
  std::vector<int> GetListeningPorts() const;

 private:
  class Server;
  const std::unique_ptr<Server> server_;
};

}  // namespace prometheus
