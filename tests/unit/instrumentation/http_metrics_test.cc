#include <narthex/http_metrics.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "instrumentation/http_words.h"
#include "support/golden.h"
#include "support/sample.h"
#include "support/test_collector.h"

namespace narthex {
namespace {

class HttpMetricsTest : public testing::Test {
 protected:
  double value_of(std::string_view series) const { return sample(to_text(registry_), series); }
  // Returns the samples of one family without the values of durations.
  std::string lines(std::string_view beginning) const { return lines_with(to_text(registry_), beginning); }

  Registry registry_;
};

// The sums of durations are the only values that a test cannot know.
std::string without_times(std::string text) {
  const std::string sum = "http_request_duration_seconds_sum{method=\"GET\"} ";
  const std::size_t at = text.find(sum) + sum.size();
  return text.replace(at, text.find('\n', at) - at, "T");
}

TEST_F(HttpMetricsTest, CountsARequest) {
  const HttpMetrics metrics(registry_, {.buckets = {100}});
  HttpRequest request = metrics.start("GET", "/");
  EXPECT_EQ(value_of("http_in_flight_requests"), 1);
  EXPECT_EQ(lines("http_requests_total"), "");
  request.finish(200, {.request = 0, .response = 5120});
  EXPECT_EQ(without_times(to_text(registry_)), golden("http_metrics.txt"));
}

TEST_F(HttpMetricsTest, CountsByCodeAndMethod) {
  const HttpMetrics metrics(registry_, {.prefix = "shop"});
  metrics.start("GET", "/").finish(200);
  metrics.start("GET", "/").finish(200);
  metrics.start("POST", "/").finish(404);
  metrics.start("POST", "/").finish(418);  // is not among those that are met every day
  EXPECT_EQ(lines("shop_requests_total"),
            "shop_requests_total{code=\"200\",method=\"GET\"} 2\n"
            "shop_requests_total{code=\"404\",method=\"POST\"} 1\n"
            "shop_requests_total{code=\"418\",method=\"POST\"} 1\n");
  EXPECT_EQ(value_of("shop_request_duration_seconds_count{method=\"POST\"}"), 2);
}

TEST_F(HttpMetricsTest, HasTheMethodsOfRfc9110AndPatch) {
  const HttpMetrics metrics(registry_);
  for (const char* method : {"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"}) {
    metrics.start(method, "/").finish(204);
    EXPECT_EQ(value_of("http_requests_total{code=\"204\",method=\"" + std::string(method) + "\"}"), 1);
  }
  for (const char* method : {"", "get", "GETS", "BREW", "other", "\xff\n\""}) metrics.start(method, "/").finish(204);
  EXPECT_EQ(value_of("http_requests_total{code=\"204\",method=\"other\"}"), 6);
}

TEST_F(HttpMetricsTest, CountsCodesWithoutThreeDigitsAsOther) {
  const HttpMetrics metrics(registry_);
  for (const int code : {-1, 0, 1, 99, 1000, 2'000'000'000}) metrics.start("GET", "/").finish(code);
  for (const int code : {100, 599, 600, 999}) metrics.start("GET", "/").finish(code);
  EXPECT_EQ(value_of("http_requests_total{code=\"other\",method=\"GET\"}"), 6);
  for (const char* code : {"100", "599", "600", "999"}) {
    EXPECT_EQ(value_of("http_requests_total{code=\"" + std::string(code) + "\",method=\"GET\"}"), 1);
  }
}

TEST_F(HttpMetricsTest, CountsEachFrequentCode) {
  const HttpMetrics metrics(registry_);
  for (const int code : detail::kFrequentCodes) metrics.start("GET", "/").finish(code);
  for (const int code : detail::kFrequentCodes) {
    EXPECT_EQ(value_of("http_requests_total{code=\"" + std::to_string(code) + "\",method=\"GET\"}"), 1);
  }
}

TEST_F(HttpMetricsTest, CountsByRouteTemplate) {
  const HttpMetrics metrics(registry_,
                            {.routes = {"/", "/users/{id}", "/users/me", "/users/{id}/posts/{post}", "/a/"}});
  const auto count = [&](const char* path, const char* route) {
    const std::string series = "http_requests_total{code=\"200\",method=\"GET\",route=\"" + std::string(route) + "\"}";
    const auto before = lines(series).empty() ? 0 : value_of(series);
    metrics.start("GET", path).finish(200);
    EXPECT_EQ(value_of(series), before + 1) << path;
  };
  count("/", "/");
  count("/?q=1", "/");
  count("/users/17", "/users/{id}");
  count("/users/17?full=/users/me", "/users/{id}");
  count("/users/17#top", "/users/{id}");
  count("/users/me", "/users/me");
  count("/users/{id}", "/users/{id}");
  count("/users/17/posts/4", "/users/{id}/posts/{post}");
  count("/a/", "/a/");
  for (const char* path : {"", "*", "a", "users/17", "/users", "/users/", "/users//", "/users/17/", "//users/17", "/a",
                           "/users/17/posts", "/users/17/posts/", "http://x/users/17", "/Users/17", "?/users/17"}) {
    count(path, "other");
  }
  EXPECT_EQ(value_of("http_request_duration_seconds_count{method=\"GET\",route=\"other\"}"), 15);
}

TEST_F(HttpMetricsTest, PrefersLiteralSegmentsInAnyOrderOfTemplates) {
  const HttpMetrics metrics(registry_, {.routes = {"/{a}/{b}", "/{a}/~x", "/x/{b}"}});
  metrics.start("GET", "/x/~x").finish(200);
  metrics.start("GET", "/y/~x").finish(200);
  metrics.start("GET", "/y/z").finish(200);
  EXPECT_EQ(lines("http_requests_total"),
            "http_requests_total{code=\"200\",method=\"GET\",route=\"/x/{b}\"} 1\n"
            "http_requests_total{code=\"200\",method=\"GET\",route=\"/{a}/~x\"} 1\n"
            "http_requests_total{code=\"200\",method=\"GET\",route=\"/{a}/{b}\"} 1\n");
}

TEST_F(HttpMetricsTest, LeavesOutIgnoredPaths) {
  const HttpMetrics metrics(registry_, {.ignore = {"/metrics", "/health"}});
  HttpRequest request = metrics.start("GET", "/metrics?name[]=up");
  EXPECT_FALSE(request);
  EXPECT_EQ(value_of("http_in_flight_requests"), 0);
  request.finish(200);
  metrics.start("GET", "/health").finish(200);
  EXPECT_EQ(lines("http_requests_total"), "");
  metrics.start("GET", "/metrics/").finish(404);
  EXPECT_EQ(value_of("http_requests_total{code=\"404\",method=\"GET\"}"), 1);
}

TEST_F(HttpMetricsTest, DoesNotObserveUnknownSizes) {
  const HttpMetrics metrics(registry_);
  metrics.start("GET", "/").finish(200);
  metrics.start("GET", "/").finish(200, {.response = 300});
  EXPECT_EQ(value_of("http_request_size_bytes_count"), 0);
  EXPECT_EQ(value_of("http_response_size_bytes_count"), 1);
  EXPECT_EQ(value_of("http_response_size_bytes_sum"), 300);
}

TEST_F(HttpMetricsTest, StoresAnExemplarOfTheDuration) {
  const HttpMetrics metrics(registry_, {.buckets = {100}});
  metrics.start("GET", "/").finish(200, {}, {{"trace_id", "4bf92f"}});
  const std::string text = expose(registry_, {.accept = "application/openmetrics-text; version=1.0.0"}).body;
  EXPECT_NE(text.find("_bucket{method=\"GET\",le=\"100.0\"} 1 # {trace_id=\"4bf92f\"} "), std::string::npos) << text;
}

TEST_F(HttpMetricsTest, HasOnlyNativeBucketsIfTheyAreEnabled) {
  const HttpMetrics metrics(registry_, {.native = {}});
  metrics.start("GET", "/").finish(200);
  EXPECT_EQ(lines("http_request_duration_seconds_bucket"),
            "http_request_duration_seconds_bucket{method=\"GET\",le=\"+Inf\"} 1\n");
}

TEST_F(HttpMetricsTest, CountsARequestWithoutFinishAs500) {
  const HttpMetrics metrics(registry_);
  const auto handle = [&] {
    const HttpRequest request = metrics.start("GET", "/");
    throw std::runtime_error("handler");
  };
  EXPECT_THROW(handle(), std::runtime_error);
  EXPECT_EQ(value_of("http_requests_total{code=\"500\",method=\"GET\"}"), 1);
  EXPECT_EQ(value_of("http_in_flight_requests"), 0);
}

TEST_F(HttpMetricsTest, CountsOnceIfARequestIsMovedOrFinishedAgain) {
  const HttpMetrics metrics(registry_);
  {
    HttpRequest first = metrics.start("GET", "/");
    HttpRequest second = std::move(first);
    std::optional<HttpRequest> third;
    third = std::move(second);
    EXPECT_EQ(value_of("http_in_flight_requests"), 1);
    first.finish(400);   // NOLINT(bugprone-use-after-move): does nothing
    second.finish(400);  // NOLINT(bugprone-use-after-move): as above
    third->finish(200);
    third->finish(201);
  }
  EXPECT_EQ(lines("http_requests_total"), "http_requests_total{code=\"200\",method=\"GET\"} 1\n");
  EXPECT_EQ(value_of("http_in_flight_requests"), 0);
}

TEST_F(HttpMetricsTest, EndsTheRequestThatIsAssignedTo) {
  const HttpMetrics metrics(registry_);
  HttpRequest request = metrics.start("GET", "/");
  request = metrics.start("PUT", "/");
  EXPECT_EQ(lines("http_requests_total"), "http_requests_total{code=\"500\",method=\"GET\"} 1\n");
  HttpRequest& same = request;
  request = std::move(same);
  EXPECT_EQ(value_of("http_in_flight_requests"), 1);
  request.finish(200);
  EXPECT_EQ(value_of("http_requests_total{code=\"200\",method=\"PUT\"}"), 1);
}

TEST_F(HttpMetricsTest, DoesNotCountACancelledRequest) {
  const HttpMetrics metrics(registry_);
  HttpRequest request = metrics.start("GET", "/");
  request.cancel();
  request.cancel();
  EXPECT_EQ(value_of("http_in_flight_requests"), 0);
  EXPECT_EQ(lines("http_requests_total"), "");
}

TEST_F(HttpMetricsTest, DoesNothingByDefault) {
  const HttpMetrics metrics;
  HttpRequest request = metrics.start("GET", "/");
  request.finish(200);
  HttpRequest().cancel();
  EXPECT_EQ(to_text(registry_), "");
  EXPECT_FALSE(std::is_copy_constructible_v<HttpRequest>);
}

TEST_F(HttpMetricsTest, EndsOnAnotherThread) {
  const HttpMetrics metrics(registry_);
  std::thread([request = metrics.start("GET", "/")]() mutable { request.finish(200); }).join();
  EXPECT_EQ(value_of("http_requests_total{code=\"200\",method=\"GET\"}"), 1);
  EXPECT_EQ(value_of("http_in_flight_requests"), 0);
}

TEST_F(HttpMetricsTest, SharesFamiliesWithAnObjectOfTheSamePrefix) {
  const HttpMetrics one(registry_, {.routes = {"/a"}});
  const HttpMetrics two(registry_, {.routes = {"/b"}});
  one.start("GET", "/a").finish(200);
  two.start("GET", "/a").finish(200);
  EXPECT_EQ(lines("http_requests_total"),
            "http_requests_total{code=\"200\",method=\"GET\",route=\"/a\"} 1\n"
            "http_requests_total{code=\"200\",method=\"GET\",route=\"other\"} 1\n");
}

TEST_F(HttpMetricsTest, HasConstantLabels) {
  const HttpMetrics one(registry_, {.labels = {{"server", "a"}}});
  const HttpMetrics two(registry_, {.labels = {{"server", "b"}}});
  two.start("GET", "/").finish(200);
  EXPECT_EQ(value_of("http_requests_total{code=\"200\",method=\"GET\",server=\"b\"}"), 1);
  EXPECT_EQ(value_of("http_in_flight_requests{server=\"a\"}"), 0);
}

TEST_F(HttpMetricsTest, LetsRequestsOutliveItAndItsRegistry) {
  std::vector<HttpRequest> requests;
  for (int i = 0; i < 3; ++i) {
    Registry registry;
    requests.push_back(HttpMetrics(registry, {.routes = {"/a"}}).start("GET", "/a"));
  }
  while (!requests.empty()) {
    requests.back().finish(418);
    requests.pop_back();
  }
  const HttpMetrics last(registry_);  // at its end those that are over end too, or the leak checker speaks
}

std::string message_of(const HttpMetricsOptions& options) {
  Registry registry;
  try {
    const HttpMetrics metrics(registry, options);
  } catch (const Error& error) {
    EXPECT_EQ(to_text(registry), "") << "a metric was registered";
    return error.what();
  }
  return "NOT REFUSED";
}

TEST(HttpMetrics, RejectsInvalidOptionsAndQuotesThem) {
  EXPECT_EQ(message_of({.prefix = ""}), "HTTP metrics: the prefix '' is empty; write a prefix, for example 'http'");
  EXPECT_EQ(message_of({.prefix = "my shop"}),
            "HttpMetrics with {.prefix = \"my shop\"}: counter 'my shop_requests_total': a metric name must not "
            "contain ' '; allowed: "
            "[a-zA-Z_:][a-zA-Z0-9_:]*, or any UTF-8 with RegistryOptions{.utf8_names = true}");
  EXPECT_EQ(message_of({.buckets = {2, 1}}),
            "HttpMetrics with {.prefix = \"http\"}: histogram 'http_request_duration_seconds': bucket 2 is 1 and "
            "follows 2; bounds must increase");
  EXPECT_EQ(message_of({.labels = {{"code", "1"}}}),
            "HttpMetrics with {.prefix = \"http\"}: counter 'http_requests_total': label 'code': the name appears "
            "twice; a series has each label once");
  EXPECT_EQ(message_of({.routes = {"/a", "users/{id}"}}),
            "HTTP route 'users/{id}': a route template must start with '/', for example '/users/{id}'");
  EXPECT_EQ(message_of({.routes = {""}}),
            "HTTP route '': a route template must start with '/', for example '/users/{id}'");
  EXPECT_EQ(message_of({.routes = {"/users?id={id}"}}),
            "HTTP route '/users?id={id}': a route template must not contain '?' or '#'; allowed: only a path");
  for (const std::string part : {"{}",       "{id",  "id}",     "x{id}",     "{a}{b}",   "{",    "}",        "{{id}}",
                                 ":id",      ":",    "*",       "**",        "*.js",     "a*b",  "*path",    "<id>",
                                 "<int:id>", "[id]", "{*path}", "{path...}", "{id:int}", "(.*)", R"((\d+))", "^a|b"}) {
    EXPECT_EQ(message_of({.routes = {"/users/" + part}}),
              "HTTP route '/users/" + part + "': '" + part +
                  "' is not a valid segment; allowed: plain text, or a parameter such as '{id}'");
  }
  EXPECT_EQ(
      message_of({.routes = {"/users/{id}", "/x", "/users/{name}"}}),
      "HTTP route '/users/{name}': it matches the same paths as '/users/{id}'; each path must match one template");
}

TEST_F(HttpMetricsTest, AcceptsLiteralSegmentsWithPunctuation) {
  const HttpMetrics metrics(registry_, {.routes = {"/items:find", "/~me", "/a.js", "/$id/(x)/a,b;c=d@e+f!"}});
  metrics.start("GET", "/items:find").finish(200);
  EXPECT_EQ(value_of("http_requests_total{code=\"200\",method=\"GET\",route=\"/items:find\"}"), 1);
}

TEST_F(HttpMetricsTest, SaysWhichClassAndOptionConflictWithAMetricOfTheUser) {
  registry_.counter({.name = "http_requests_total", .help = "By hand."});
  try {
    const HttpMetrics metrics(registry_);
    FAIL() << "HttpMetrics accepts a name that is defined differently";
  } catch (const RegistrationError& error) {
    EXPECT_TRUE(std::string_view(error.what())
                    .starts_with("HttpMetrics with {.prefix = \"http\"}: counter "
                                 "'http_requests_total': an earlier definition is different; "))
        << error.what();
  }
  const HttpMetrics metrics(registry_, {.prefix = "api"});
}

// CVE-2022-21698: untrusted clients cannot create series.
TEST_F(HttpMetricsTest, CreatesNoSeriesForValuesOfUntrustedClients) {
  const HttpMetrics metrics(registry_, {.routes = {"/users/{id}", "/image"}});
  for (const std::string_view method : detail::kHttpMethods) {
    for (const char* path : {"/users/1", "/image", "/"}) metrics.start(method, path).finish(200);
  }
  const std::string before = to_text(registry_);
  std::mt19937 random(20220215);
  const auto word = [&] {
    std::string bytes(random() % 12, ' ');
    for (char& byte : bytes) byte = static_cast<char>(random());
    return bytes;
  };
  constexpr int kFlood = 100'000;
  for (int i = 0; i < kFlood; ++i) metrics.start(word(), i % 2 == 0 ? "/users/" + word() : word()).finish(200);
  const std::string after = to_text(registry_);
  EXPECT_EQ(std::ranges::count(after, '\n'), std::ranges::count(before, '\n'));
  EXPECT_EQ(value_of("http_request_duration_seconds_count{method=\"other\",route=\"/users/{id}\"}") +
                value_of("http_request_duration_seconds_count{method=\"other\",route=\"other\"}"),
            kFlood + 2);
}

}  // namespace
}  // namespace narthex
