#include <chrono>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <narthex/narthex.h>

#include "case.h"
#include "threads.h"

namespace narthex::bench {
namespace {

// The routes of a large service. The requested route is in the middle.
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

// Without routes: all paths are counted together.
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

// The limit: two reads of the clock.
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

// A request from start to finish. All threads share one service.
const Case http_request("http_request", ClientList<Unrouted, TwoLooksAtTheClock>(), to_two_threads, kServe);
const Case http_request_routed("http_request_routed", ClientList<Routed, TwoLooksAtTheClock>(), to_two_threads, kServe);

}  // namespace
}  // namespace narthex::bench
