#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <narthex/detail/export.h>
#include <narthex/registry.h>

namespace narthex {

/// How to serve metrics over HTTP.
struct CivetwebOptions {
  /// Where to listen: numeric addresses or `localhost`, each with a port, separated by commas:
  /// "127.0.0.1:9464,[::1]:9464". Port 0 picks a free one, see port(). "0.0.0.0:9464" serves everybody who can reach it.
  std::string listen = "127.0.0.1:9464";
  std::string path = "/metrics";                    ///< Where the registry is served.
  std::chrono::milliseconds request_timeout{5000};  ///< Silence of a client that ends its connection; at most an hour.
  /// How many connections are served at the same time, from 1 to 1000; others wait. One that says nothing holds its
  /// thread for request_timeout: where strangers can connect, give more threads or less time.
  int worker_threads = 4;
  /// A file with TLS, passwords, headers and a rate limit, the same that Prometheus' own exporters take as
  /// --web.config.file (docs/web-configuration.md); "" is none. It is read again for every request.
  std::string web_config_file{};
};

/// Serves registries over HTTP from construction to destruction: GET and HEAD, one request per connection.
/// Keep it in a std::optional where it starts later than its owner.
/// Values: every request is answered from the registries alone; nothing of the machine's files can be reached.
/// Threads: any, at once. It runs its own: the workers, one that accepts, and one more where it relays IPv6 or TLS.
///   The destructor ends connections, also with a scrape in flight, and returns when all threads have ended; in a child
///   after fork(), which has none of them, it does nothing.
/// Exceptions: ListenError if it cannot listen on an address. OptionsError for an invalid option or an invalid
///   web_config_file. FileError if a file cannot be read. SystemError if the system has no descriptors or random bytes.
/// It ignores SIGPIPE for the whole process, as civetweb does.
class NARTHEX_EXPORT CivetwebExporter {
 public:
  explicit CivetwebExporter(const Registry& registry, const CivetwebOptions& options = {});
  CivetwebExporter(const CivetwebExporter&) = delete;
  CivetwebExporter& operator=(const CivetwebExporter&) = delete;
  ~CivetwebExporter();

  /// Serves one more registry. Throws OptionsError when the path is taken or does not start with '/'.
  void add(const Registry& registry, const std::string& path);

  /// Returns the port of the first address in `listen`.
  std::uint16_t port() const noexcept;

  /// Returns the addresses of `listen`, in its order, with the ports that were picked: "127.0.0.1:41267". (TLS, and
  /// IPv6 where civetweb is built without, as Debian's is, are relayed to one more port, on 127.0.0.1.)
  std::vector<std::string> addresses() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace narthex
