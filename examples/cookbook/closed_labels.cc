#include <cstddef>
#include <cstdio>
#include <string_view>

#include <narthex/narthex.h>

enum class Method { get, put, other };
std::string_view to_string(Method method) {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::put:
      return "PUT";
    case Method::other:
      break;
  }
  return "other";
}

class Server {
 public:
  explicit Server(narthex::Registry& registry)
      : requests_(registry.counter({.name = "requests_total", .help = "Requests, by method and result."},
                                   narthex::enum_label<Method, 3>("method"),
                                   narthex::text_label<"ok", "failed">("result"))) {}

  void serve(Method method, bool has_failed) { requests_.at(method, has_failed ? 1 : 0).inc(); }

 private:
  narthex::EnumFamily<narthex::Counter, Method, std::size_t> requests_;
};

int main() {
  narthex::Registry registry;
  Server server(registry);
  server.serve(Method::get, false);
  server.serve(Method::get, false);
  server.serve(Method::other, true);
  std::fputs(narthex::to_text(registry).c_str(), stdout);
}
