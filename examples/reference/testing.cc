// The unit test of a program that has metrics.

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <narthex/narthex.h>
#include <narthex/testing.h>
#include <narthex/testing_matchers.h>  // needs GoogleMock

namespace {

TEST(Metrics, CountRequests) {
  narthex::Registry registry;
  registry.counter({.name = "requests_total", .help = "Requests served."}, {"method", "code"})
      .labels("GET", 200)
      .inc(3);

  EXPECT_EQ(narthex::sample(registry, "requests_total", {{"method", "GET"}, {"code", "200"}}), 3);
  EXPECT_EQ(narthex::lint(registry), std::vector<std::string>());  // what `promtool check metrics` reports
  // These lines among others:
  EXPECT_THAT(narthex::to_text(registry), narthex::HasSamples(R"(
    requests_total{method="GET",code="200"} 3
  )"));
  // Exactly these lines:
  EXPECT_THAT(narthex::to_text(registry), narthex::IsExposition(R"(
    # HELP requests_total Requests served.
    # TYPE requests_total counter
    requests_total{method="GET",code="200"} 3
  )"));
}

}  // namespace
