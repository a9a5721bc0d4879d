#pragma once

#include <functional>
#include <string>
#include <vector>

#include <httplib.h>
#include <narthex/narthex.h>

#include "command_line.h"

namespace gallery {

/// Where a service listens.
struct Place {
  std::string address = "127.0.0.1";
  int port = 0;  ///< 0 picks a free one.
};

/// Adds --address and --port, whose defaults are what the place has.
void add_options(CommandLine& line, Place& place);

/// What main() of a service does: reads the command line and calls `serve`, with SIGINT and SIGTERM kept for
/// Service::serve(). Returns the exit code, and says on stderr why it is not 0.
int run(const CommandLine& line, int argc, const char* const* argv, const std::function<int()>& serve);

/// An HTTP server with all metrics that the three services have in common: of its requests, of the process, of the
/// C++ runtime, of the container and of narthex itself.
class Service {
 public:
  /// The metrics are served at `metrics_path`; asking for them is not counted among the requests.
  Service(narthex::Registry& registry, narthex::HttpMetricsOptions requests,
          const std::string& metrics_path = "/metrics");

  // Handlers that throw answer 500, and what they threw goes to stderr.
  void get(const std::string& path, httplib::Server::Handler handler);
  void post(const std::string& path, httplib::Server::HandlerWithContentReader handler);

  httplib::Server& server() { return server_; }

  /// Serves until SIGINT or SIGTERM comes. Returns the exit code.
  int serve(const std::string& program, const Place& place);

 private:
  httplib::Server::HandlerResponse refuse_stranger(const httplib::Request& request, httplib::Response& response) const;
  void log_exceptions();

  httplib::Server server_;
  std::vector<std::string> answered_;  // "GET /stats", ...
};

}  // namespace gallery
