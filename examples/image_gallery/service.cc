#include "service.h"

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <latch>
#include <optional>
#include <thread>
#include <utility>

#include <narthex/http_exporter.h>
#include <narthex/httplib_metrics.h>
#include <pthread.h>
#include <sys/socket.h>

#include "../serve_metrics.h"
#include "json.h"

namespace gallery {

namespace {

using httplib::Request;
using httplib::Response;

constexpr std::size_t kWorkers = 8;

sigset_t stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

// Clears SO_REUSEPORT, which cpp-httplib sets by default: with it, two services would share a port without an error.
void reuse_address(socket_t socket) {
  const int on = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
}

// Returns the port, or -1.
int listen_on(httplib::Server& server, const Place& place) {
  if (place.port == 0) return server.bind_to_any_port(place.address);
  return server.bind_to_port(place.address, place.port) ? place.port : -1;
}

// Serves until a stop signal arrives. Returns false if the server ended by itself.
bool serve_until_stopped(httplib::Server& server) {
  std::latch started(1);  // cpp-httplib ignores a stop() before it has started its workers
  server.new_task_queue = [&started] {
    started.count_down();
    return new httplib::ThreadPool(kWorkers);
  };
  std::thread stopper([&] {
    started.wait();
    const sigset_t signals = stop_signals();
    int signal = 0;
    sigwait(&signals, &signal);
    server.stop();
  });
  const bool stopped = server.listen_after_bind();
  pthread_kill(stopper.native_handle(), SIGINT);  // the thread still waits if the server ended by itself
  stopper.join();
  return stopped;
}

// Returns "a", "a or b" or "a, b or c".
std::string either(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 < words.size() ? ", " : " or ";
    text += words[i];
  }
  return text;
}

}  // namespace

void add_options(CommandLine& line, Place& place) {
  line.add("--address", "ADDRESS", "where to listen (" + place.address + ")",
           [&place](const std::string& value) { place.address = value; });
  line.add("--port", "PORT", "0 picks a free one (" + std::to_string(place.port) + ")",
           [&place](const std::string& value) { place.port = parse_port(value); });
  line.add("--metrics-listen", "ADDRESSES", "where to serve the metrics too, also while all workers are busy (nowhere)",
           [&place](const std::string& value) { place.metrics_listen = value; });
}

int run(const CommandLine& line, int argc, const char* const* argv, const std::function<int()>& serve) try {
  if (!line.read(argc, argv)) {
    std::fputs(line.usage().c_str(), stdout);
    return 0;
  }
  const sigset_t signals = stop_signals();
  pthread_sigmask(SIG_BLOCK, &signals,
                  nullptr);  // new threads inherit the mask; the signals stay pending until sigwait()
  return serve();
} catch (const UsageError& error) {
  std::fprintf(stderr, "%s: %s\n\n%s", line.program().c_str(), error.what(), line.usage().c_str());
  return 2;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s: %s\n", line.program().c_str(), error.what());
  return 1;
}

Service::Service(narthex::Registry& registry, narthex::HttpMetricsOptions requests, const std::string& metrics_path)
    : registry_(registry), metrics_path_(metrics_path) {
  registry.add(narthex::ProcessCollector());
  registry.add(narthex::RuntimeCollector({.allocator = true}));  // few free chunks, so its scrapes take microseconds
  registry.add(narthex::CgroupCollector());
  registry.add(narthex::LibraryCollector(registry));
  server_.set_socket_options(reuse_address);
  server_.set_keep_alive_max_count(1);  // an idle connection would block a worker and delay the stop
  requests.ignore = {metrics_path};
  narthex::instrument(server_, narthex::HttpMetrics(registry, std::move(requests)),
                      {.pre_routing = [this](const Request& request, Response& response) {
                        return refuse_stranger(request, response);
                      }});
  get(metrics_path,
      [registry](const Request& request, Response& response) { serve_metrics(registry, request, response); });
  log_exceptions();
}

void Service::get(const std::string& path, httplib::Server::Handler handler) {
  answered_.push_back("GET " + path);
  server_.Get(path, std::move(handler));
}

void Service::post(const std::string& path, httplib::Server::HandlerWithContentReader handler) {
  answered_.push_back("POST " + path);
  server_.Post(path, std::move(handler));
}

// Runs before the body is read: cpp-httplib reads the whole body into memory even if the answer is 404.
httplib::Server::HandlerResponse Service::refuse_stranger(const Request& request, Response& response) const {
  using Answer = httplib::Server::HandlerResponse;
  const std::string asked = (request.method == "HEAD" ? "GET" : request.method) + " " + request.path;
  if (std::find(answered_.begin(), answered_.end(), asked) != answered_.end()) return Answer::Unhandled;
  refuse(response, 404, "nothing answers " + request.method + " '" + request.path + "'; try " + either(answered_));
  return Answer::Handled;
}

void Service::log_exceptions() {
  server_.set_exception_handler([](const Request& request, Response& response, const std::exception_ptr& thrown) {
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s %s: %s\n", request.method.c_str(), request.path.c_str(), error.what());
    }
    refuse(response, 500, "the service failed; its log says why");
  });
}

int Service::serve(const std::string& program, const Place& place) {
  std::optional<narthex::HttpExporter> exporter;
  if (!place.metrics_listen.empty()) {
    exporter.emplace(registry_, narthex::HttpOptions{.listen = place.metrics_listen, .path = metrics_path_});
    exporter->handle("/healthz", [](const auto&) -> narthex::HttpExporter::Response { return {.body = "ok\n"}; });
    for (const std::string& address : exporter->addresses()) {
      std::printf("%s: metrics on %s\n", program.c_str(), address.c_str());
    }
  }
  const std::string host = place.address.find(':') == std::string::npos ? place.address : "[" + place.address + "]";
  const int port = listen_on(server_, place);
  if (port < 0) {
    std::fprintf(stderr, "%s: cannot listen on '%s:%d': it is taken, or no address of this machine\n", program.c_str(),
                 host.c_str(), place.port);
    return 1;
  }
  std::printf("%s: listening on http://%s:%d\n", program.c_str(), host.c_str(), port);
  std::fflush(stdout);
  return serve_until_stopped(server_) ? 0 : 1;
}

}  // namespace gallery
