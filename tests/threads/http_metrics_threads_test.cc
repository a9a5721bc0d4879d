// Requests that begin and end on all threads, while their series are created and scraped.

#include <cstddef>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "base/lazy_init.h"
#include "support/sample.h"
#include "support/threads.h"

namespace narthex {
namespace {

constexpr int kThreads = 4;
constexpr int kRequests = 3'000;

TEST(HttpMetricsThreads, CountEveryRequest) {
  Registry registry;
  const HttpMetrics metrics(registry, {.routes = {"/users/{id}"}});
  {
    const Repeatedly scrapes([&] { static_cast<void>(to_text(registry)); });
    on_threads(kThreads, [&](int) {
      for (int i = 0; i < kRequests; ++i) {
        auto request = metrics.start(i % 2 == 0 ? "GET" : "POST", "/users/7");
        request.finish(i % 3 == 0 ? 418 : 200, {.request = 1, .response = 1});
      }
    });
  }
  const std::string text = to_text(registry);
  double sum = 0;
  for (const char* labels : {"code=\"200\",method=\"GET\"", "code=\"418\",method=\"GET\"",
                             "code=\"200\",method=\"POST\"", "code=\"418\",method=\"POST\""}) {
    sum += sample(text, "http_requests_total{" + std::string(labels) + ",route=\"/users/{id}\"}");
  }
  EXPECT_EQ(sum, kThreads * kRequests);
  EXPECT_EQ(sample(text, "http_in_flight_requests"), 0);
  EXPECT_EQ(sample(text, "http_response_size_bytes_sum"), kThreads * kRequests);
}

TEST(HttpMetricsThreads, AllowARequestToEndOnAnotherThread) {
  Registry registry;
  const HttpMetrics metrics(registry);
  std::vector<HttpRequest> requests;
  for (int i = 0; i < kThreads * kRequests; ++i) requests.push_back(metrics.start("GET", "/"));
  on_threads(kThreads, [&](int thread) {
    for (int i = 0; i < kRequests; ++i) requests[static_cast<std::size_t>(thread * kRequests + i)].finish(200);
  });
  EXPECT_EQ(sample(to_text(registry), "http_requests_total{code=\"200\",method=\"GET\"}"), kThreads * kRequests);
  EXPECT_EQ(sample(to_text(registry), "http_in_flight_requests"), 0);
}

// The last HttpMetrics is destroyed during requests that end on other threads. The shared state is freed once, later.
TEST(HttpMetricsThreads, AllowRequestsToOutliveTheMetrics) {
  Registry registry;
  on_threads(kThreads, [&](int) {
    for (int i = 0; i < 200; ++i) {
      std::optional<HttpMetrics> metrics(HttpMetrics(registry, {}));
      HttpRequest here = metrics->start("GET", "/");
      std::thread other([request = metrics->start("PUT", "/")]() mutable { request.finish(200); });
      metrics.reset();
      here.finish(200);
      other.join();
    }
  });
  EXPECT_EQ(sample(to_text(registry), "http_in_flight_requests"), 0);
  EXPECT_EQ(sample(to_text(registry), "http_requests_total{code=\"200\",method=\"PUT\"}"), kThreads * 200);
}

// Requests find their handles with it.
TEST(LazyInit, IsFullyConstructedForEveryReader) {
  constexpr std::size_t kCount = 10'000;
  std::vector<detail::LazyInit<std::string>> all(kCount);
  on_threads(2, [&](int thread) {
    for (std::size_t i = 0; i < kCount; ++i) {
      const std::size_t at = thread == 0 ? i : kCount - 1 - i;
      EXPECT_EQ(all[at].get([at] { return std::to_string(at); }), std::to_string(at));
    }
  });
}

}  // namespace
}  // namespace narthex
