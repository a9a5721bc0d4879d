#include <httplib.h>

#include "tasks.h"

int main(int argc, char** argv) {
  Tasks tasks;
  httplib::Server server;
  server.Post("/tasks", [&](const httplib::Request& request, httplib::Response& response) {
    tasks.add(request.body);
    response.status = 201;
  });
  server.Get("/tasks", [&](const httplib::Request&, httplib::Response& response) {
    response.set_content(tasks.list(), "text/plain");
  });
  return server.listen(argc > 1 ? argv[1] : "127.0.0.1", 8020) ? 0 : 1;
}
