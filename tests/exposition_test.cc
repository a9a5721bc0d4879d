#include <limits>
#include <random>
#include <string>

#include <gtest/gtest.h>
#include <narthex/exposition.h>
#include <narthex/narthex.h>

#include "golden.h"
#include "gunzip.h"

namespace narthex {
namespace {

// SPEC case 104.
TEST(Exposition, IsTextWithItsVersionAndEscaping) {
  Registry registry;
  registry.gauge({.name = "g", .help = "G."});
  const Exposition reply = expose(registry);
  EXPECT_EQ(reply.content_type, "text/plain; version=0.0.4; charset=utf-8; escaping=underscores");
  EXPECT_EQ(reply.content_encoding, "");
  EXPECT_EQ(reply.body, to_text(registry));
}

TEST(Exposition, AnswersWhateverIsAskedFor) {
  const Registry registry;
  for (const char* accept : {"*/*", "text/html", "application/openmetrics-text;version=1.0.0", ";;q=\xff,"}) {
    EXPECT_EQ(expose(registry, {.accept = accept, .accept_encoding = "gzip"}).content_type,
              expose(registry).content_type);
  }
}

// A registry whose label values cannot be compressed, nor be made shorter by escaping them.
Registry registry_of(int series) {
  Registry registry;
  std::mt19937 random(1);
  const auto family = registry.counter({.name = "noise_total", .help = "Noise.", .max_series = 0}, {"letters"});
  for (int i = 0; i < series; ++i) {
    std::string letters(80, ' ');
    for (char& letter : letters) letter = static_cast<char>(' ' + random() % 95);
    family.labels(letters).inc(i);
  }
  return registry;
}

// SPEC cases 125 and 126.
TEST(Exposition, IsGzipWhereTheRequestLetsIt) {
  const Registry registry = registry_of(30'000);
  const std::string text = to_text(registry);
  ASSERT_GT(text.size(), 3'000'000u);
  const Exposition reply = expose(registry, {.accept_encoding = "gzip"});
  EXPECT_EQ(reply.content_encoding, "gzip");
  EXPECT_LT(reply.body.size(), text.size());
  EXPECT_TRUE(gunzip(reply.body) == text) << "they differ";
  for (const char* plain : {"", "gzip;q=0", "identity"}) {
    const Exposition same = expose(registry, {.accept_encoding = plain});
    EXPECT_EQ(same.content_encoding, "");
    EXPECT_TRUE(same.body == text) << plain;
  }
}

TEST(Exposition, IsNoGzipWhereNothingWouldBeGained) {
  for (const int series : {0, 1, 5}) {
    const Registry registry = registry_of(series);
    const Exposition reply = expose(registry, {.accept_encoding = "gzip"});
    EXPECT_EQ(reply.content_encoding, "");
    EXPECT_EQ(reply.body, to_text(registry));
  }
}

TEST(Exposition, UsesTheMemoryOfAReplyAgain) {
  const Registry large = registry_of(1'000);
  const Registry small = registry_of(1);
  Exposition reply;
  expose(large, {}, reply);
  const std::string text = reply.body;
  const char* const memory = reply.body.data();
  expose(small, {}, reply);
  EXPECT_EQ(reply.body, to_text(small));
  expose(large, {.accept_encoding = "gzip"}, reply);
  EXPECT_EQ(reply.content_encoding, "gzip");
  EXPECT_TRUE(gunzip(reply.body) == text);
  expose(large, {}, reply);
  EXPECT_EQ(reply.content_encoding, "");
  EXPECT_TRUE(reply.body == text);
  EXPECT_EQ(static_cast<const void*>(reply.body.data()), memory);
}

// SPEC case 55, and the whole output of a registry with every kind and awkward values.
TEST(Exposition, IsTheGoldenFile) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  Registry registry;
  registry
      .counter(
          {.name = "access_log_total", .help = "Access Log - total log requests", .labels = {{"hostname", "web-1"}}})
      .inc(3);
  registry.gauge({.name = "access_client_ip_current", .help = "Back\\slash and\nline feed and \"quote\""}).set(-0.5);
  const auto requests =
      registry.counter({.name = "http_requests_total", .help = "Requests answered."}, {"method", "code"});
  requests.labels("GET", 200).inc(1e6);
  requests.labels("POST", 500).inc();
  requests.labels("\u20ac \\ \" \n end", false).inc(0.1);
  const auto awkward = registry.gauge({.name = "awkward", .help = "Awkward values."}, {"value"});
  awkward.labels("nan").set(kNaN);
  awkward.labels("inf").set(kInfinity);
  awkward.labels("negative inf").set(-kInfinity);
  awkward.labels("negative zero").set(-0.0);
  awkward.labels("").set(5e-324);
  const auto latency = registry.histogram({.name = "http_request_duration_seconds",
                                           .help = "Time to answer a request.",
                                           .unit = "seconds",
                                           .buckets = exponential_buckets(0.001, 10, 4)},
                                          {"method"});
  for (const double seconds : {0.0005, 0.001, 0.05, 3.0}) latency.labels("GET").observe(seconds);
  latency.labels("POST");
  EXPECT_EQ(to_text(registry), golden("exposition.txt"));
}

}  // namespace
}  // namespace narthex
