// The metrics of an HTTP server.

#include <cstdio>
#include <string>
#include <utility>

#include <narthex/narthex.h>

int main() {
  narthex::Registry registry;
  const narthex::HttpMetrics metrics(registry,
                                     {.routes = {"/users/{id}"}, .ignore = {"/metrics"}, .buckets = {0.1, 1}});

  {
    narthex::HttpRequest request = metrics.start("GET", "/users/42?verbose=1");  // when the request arrives
    narthex::HttpRequest moved = std::move(request);                             // may end on another thread
    moved.finish(200, {.request = 0, .response = 512});                          // when the reply is sent
  }
  { const narthex::HttpRequest failed = metrics.start("BREW", "/coffee"); }  // without finish(): code 500

  const narthex::Exposition reply = narthex::expose(registry, {.query = "name[]=http_requests_total"});
  std::printf("%s", reply.body.substr(reply.body.find("http_requests_total{")).c_str());
}
