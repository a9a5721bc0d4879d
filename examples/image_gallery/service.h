#pragma once

#include <functional>
#include <string>
#include <vector>

#include <httplib.h>
#include <narthex/narthex.h>

#include "command_line.h"

namespace gallery {

/// The address on which a service listens.
struct Place {
  std::string address = "127.0.0.1";
  int port = 0;                  ///< 0 chooses a free port.
  std::string metrics_listen{};  ///< HttpOptions::listen of a second listener, for metrics only. Empty: none.
};

/// Adds the options --address, --port, and --metrics-listen. Their defaults are the values in the argument.
void add_options(CommandLine& line, Place& place);

/// The main() of a service. It parses the command line, blocks SIGINT and SIGTERM for Service::serve(), and calls
/// `serve`. Returns the exit code. Prints the reason on stderr if it is not 0.
int run(const CommandLine& line, int argc, const char* const* argv, const std::function<int()>& serve);

/// An HTTP server with the metrics that the three services share: requests, process, C++ runtime, container, and
/// narthex itself.
class Service {
 public:
  /// Serves the metrics at `metrics_path`, on the port of the service and on Place::metrics_listen. Scrapes are not
  /// counted as requests.
  Service(narthex::Registry& registry, narthex::HttpMetricsOptions requests,
          const std::string& metrics_path = "/metrics");

  // A handler that throws answers 500, and its message is printed on stderr.
  void get(const std::string& path, httplib::Server::Handler handler);
  void post(const std::string& path, httplib::Server::HandlerWithContentReader handler);

  httplib::Server& server() { return server_; }

  /// Serves until SIGINT or SIGTERM arrives. Returns the exit code.
  int serve(const std::string& program, const Place& place);

 private:
  httplib::Server::HandlerResponse refuse_stranger(const httplib::Request& request, httplib::Response& response) const;
  void log_exceptions();

  httplib::Server server_;
  narthex::Registry registry_;
  std::string metrics_path_;
  std::vector<std::string> answered_;  // "GET /stats", ...
};

}  // namespace gallery
