#include <charconv>
#include <cstdio>
#include <cstring>

#include <httplib.h>
#include <narthex/narthex.h>

#include "serve_metrics.h"

int main(int argc, char** argv) {
  int port = 9464;
  if (argc > 1) {
    const char* const end = argv[1] + std::strlen(argv[1]);
    const auto [rest, error] = std::from_chars(argv[1], end, port);
    if (argc > 2 || error != std::errc() || rest != end || port < 0 || port > 65535) {
      std::fprintf(stderr, "usage: own_server [PORT]   (0 to 65535; 0 picks a free one)\n");
      return 2;
    }
  }

  narthex::Registry registry;
  narthex::Counter scrapes = registry.counter({.name = "scrapes_total", .help = "Scrapes answered, with this one."});

  httplib::Server server;
  server.Get("/metrics", [&](const httplib::Request& request, httplib::Response& response) {
    scrapes.inc();
    serve_metrics(registry, request, response);
  });
  if (port == 0) {
    port = server.bind_to_any_port("127.0.0.1");
  } else if (!server.bind_to_port("127.0.0.1", port)) {
    std::fprintf(stderr, "own_server: cannot listen on 127.0.0.1:%d\n", port);
    return 1;
  }
  std::printf("serving http://127.0.0.1:%d/metrics\n", port);
  std::fflush(stdout);
  return server.listen_after_bind() ? 0 : 1;
}
