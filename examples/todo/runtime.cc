#include <httplib.h>
#include <narthex/narthex.h>

#include "../serve_metrics.h"
#include "tasks.h"

int main(int argc, char** argv) {
  narthex::Registry registry;
  registry.add(narthex::ProcessCollector());          // CPU, memory, threads, file descriptors
  registry.add(narthex::RuntimeCollector());          // what the program was built with
  registry.add(narthex::CgroupCollector());           // the container: limits, throttling, pressure
  registry.add(narthex::LibraryCollector(registry));  // narthex itself: scrapes, mistakes

  Tasks tasks;
  httplib::Server server;
  server.Post("/tasks", [&](const httplib::Request& request, httplib::Response& response) {
    tasks.add(request.body);
    response.status = 201;
  });
  server.Get("/tasks", [&](const httplib::Request&, httplib::Response& response) {
    response.set_content(tasks.list(), "text/plain");
  });
  server.Get("/metrics", [&](const httplib::Request& request, httplib::Response& response) {
    serve_metrics(registry, request, response);
  });
  return server.listen(argc > 1 ? argv[1] : "127.0.0.1", 8020) ? 0 : 1;
}
