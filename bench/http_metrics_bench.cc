#include <chrono>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <narthex/narthex.h>

#include "case.h"
#include "threads.h"

namespace narthex::bench {
namespace {

// As many routes as a service may have; the one that is asked for is in their midst.
class Routed {
 public:
  static constexpr const char* kName = "narthex";

  void serve() const {
    HttpRequest request = metrics_.start("GET", "/shop/users/4711");
    request.finish(200, {.request = 0, .response = 512});
  }

 private:
  static std::vector<std::string> routes() {
    std::vector<std::string> all;
    for (const char* what : {"carts", "images", "items", "orders", "pages", "prices", "users", "visits"}) {
      all.push_back("/shop/" + std::string(what) + "/{id}");
      all.push_back("/shop/" + std::string(what));
    }
    return all;
  }

  Registry registry_;
  HttpMetrics metrics_{registry_, {.routes = routes(), .ignore = {"/metrics"}}};
};

// Paths that are not told apart.
class Unrouted {
 public:
  static constexpr const char* kName = "narthex";

  void serve() const {
    HttpRequest request = metrics_.start("GET", "/shop/users/4711");
    request.finish(200, {.request = 0, .response = 512});
  }

 private:
  Registry registry_;
  HttpMetrics metrics_{registry_, {.ignore = {"/metrics"}}};
};

// What nobody can do without: to look at the clock twice.
class TwoLooksAtTheClock {
 public:
  static constexpr const char* kName = "limit";

  void serve() const {
    const auto start = std::chrono::steady_clock::now();
    benchmark::DoNotOptimize(std::chrono::steady_clock::now() - start);
  }
};

constexpr auto kServe = [](benchmark::State& state, const auto& service) {
  const Pinned pinned(state.thread_index());
  for (auto _ : state) service.serve();
};

// A request from its start to its end, all threads at one service.
const Case http_request("http_request", ClientList<Unrouted, TwoLooksAtTheClock>(), to_two_threads, kServe);
const Case http_request_routed("http_request_routed", ClientList<Routed>(), to_two_threads, kServe);

}  // namespace
}  // namespace narthex::bench
