// The access-log service of a photo gallery: counts visits, and serves the counts to Prometheus.

#include <csignal>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <latch>
#include <string>
#include <thread>

#include <httplib.h>
#include <narthex/narthex.h>
#include <pthread.h>
#include <sys/socket.h>

#include "access_log.h"
#include "options.h"
#include "routes.h"

namespace {

constexpr std::size_t kWorkers = 8;

// SIGINT and SIGTERM, kept from this thread and those it starts: they wait until sigwait() takes them.
sigset_t block_stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

// Without SO_REUSEPORT, which cpp-httplib sets by itself: two services would share a port, and nobody would be told.
void reuse_address(socket_t socket) {
  const int on = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
}

// Returns the port, or -1.
int listen_on(httplib::Server& server, const access_log::Options& options) {
  if (options.port == 0) return server.bind_to_any_port(options.address);
  return server.bind_to_port(options.address, options.port) ? options.port : -1;
}

// Serves until a stop signal comes; returns whether it was one that ended it.
bool serve(httplib::Server& server, const sigset_t& stop_signals) {
  std::latch started(1);  // cpp-httplib forgets a stop() that comes before it makes its workers
  server.new_task_queue = [&started] {
    started.count_down();
    return new httplib::ThreadPool(kWorkers);
  };
  std::thread stopper([&] {
    started.wait();
    int signal = 0;
    sigwait(&stop_signals, &signal);
    server.stop();
  });
  const bool stopped = server.listen_after_bind();
  pthread_kill(stopper.native_handle(), SIGINT);  // it still waits when the server ended by itself
  stopper.join();
  return stopped;
}

}  // namespace

int main(int argc, char** argv) try {
  const access_log::Options options = access_log::parse_options(argc, argv);
  if (options.help) {
    std::fputs(access_log::kUsage, stdout);
    return 0;
  }
  const sigset_t stop_signals = block_stop_signals();

  narthex::Registry registry;
  access_log::AccessLog log(registry, options.hostname.empty() ? access_log::machine_name() : options.hostname);
  httplib::Server server;
  server.set_socket_options(reuse_address);
  server.set_keep_alive_max_count(1);  // an idle connection would keep a worker, and the stop waiting
  access_log::add_routes(server, log, registry);

  const std::string host =
      options.address.find(':') == std::string::npos ? options.address : "[" + options.address + "]";
  const int port = listen_on(server, options);
  if (port < 0) {
    std::fprintf(stderr, "access_log: cannot listen on '%s:%d': it is taken, or no address of this machine\n",
                 host.c_str(), options.port);
    return 1;
  }
  std::printf("access_log: listening on http://%s:%d\n", host.c_str(), port);
  std::fflush(stdout);
  return serve(server, stop_signals) ? 0 : 1;
} catch (const access_log::UsageError& error) {
  std::fprintf(stderr, "access_log: %s\n\n%s", error.what(), access_log::kUsage);
  return 2;
} catch (const std::exception& error) {
  std::fprintf(stderr, "access_log: %s\n", error.what());
  return 1;
}
