#include <httplib.h>
#include <narthex/httplib_metrics.h>
#include <narthex/narthex.h>

#include "../serve_metrics.h"
#include "tasks.h"

int main(int argc, char** argv) {
  narthex::Registry registry;
  registry.add(narthex::ProcessCollector());
  registry.add(narthex::RuntimeCollector());
  registry.add(narthex::CgroupCollector());
  registry.add(narthex::LibraryCollector(registry));

  Tasks tasks;
  const narthex::Counter created = registry.counter({.name = "todo_tasks_created_total", .help = "Tasks added."});
  const narthex::Histogram lengths = registry.histogram({.name = "todo_task_length_bytes",
                                                         .help = "Length of the tasks added.",
                                                         .buckets = narthex::exponential_buckets(8, 2, 6)});
  const narthex::Registration open =
      registry.gauge_function({.name = "todo_tasks_open", .help = "Tasks on the list."}, [&] { return tasks.size(); });

  httplib::Server server;
  narthex::instrument(server, narthex::HttpMetrics(registry, {.routes = {"/tasks"}, .ignore = {"/metrics"}}));
  server.Post("/tasks", [&](const httplib::Request& request, httplib::Response& response) {
    tasks.add(request.body);
    created.inc();
    lengths.observe(static_cast<double>(request.body.size()));
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
