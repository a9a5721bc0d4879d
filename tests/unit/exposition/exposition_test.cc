#include <limits>
#include <random>
#include <string>

#include <gtest/gtest.h>
#include <narthex/exposition.h>
#include <narthex/narthex.h>

#include "formats/gzip_stream.h"
#include "support/golden.h"
#include "support/gzip_reply.h"

namespace narthex {
namespace {

// Exposition rule 104.
TEST(Exposition, IsTextByDefault) {
  Registry registry;
  registry.gauge({.name = "g", .help = "G."});
  const Exposition reply = expose(registry);
  EXPECT_EQ(reply.content_type, "text/plain; version=0.0.4; charset=utf-8; escaping=underscores");
  EXPECT_EQ(reply.content_encoding, "");
  EXPECT_EQ(reply.body, to_text(registry));
}

TEST(Exposition, IsTextIfTheRequestNamesNoKnownFormat) {
  const Registry registry;
  for (const char* accept : {"*/*", "text/html", "application/openmetrics-text;version=2.1.0", ";;q=\xff,"}) {
    EXPECT_EQ(expose(registry, {.accept = accept, .accept_encoding = "gzip"}).content_type,
              expose(registry).content_type);
  }
}

// Exposition rules 46, 72 and 167: an empty registry.
TEST(Exposition, IsInThePreferredFormat) {
  Registry registry;
  const auto reply = [&](const std::string& accept) { return expose(registry, {.accept = accept}); };
  const std::string openmetrics = "application/openmetrics-text;version=1.0.0";
  const std::string protobuf =
      "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";
  EXPECT_EQ(reply("text/plain;version=1.0.0").body, "");
  EXPECT_EQ(reply(openmetrics).body, "# EOF\n");
  EXPECT_EQ(reply(protobuf).body, "");
  registry.counter({.name = "c_total", .help = "C."}).inc(2);
  EXPECT_EQ(reply("text/plain;version=1.0.0").content_type,
            "text/plain; version=1.0.0; charset=utf-8; escaping=underscores");
  EXPECT_EQ(reply("text/plain;version=1.0.0").body, to_text(registry));
  EXPECT_EQ(reply(openmetrics).content_type,
            "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores");
  EXPECT_EQ(reply(openmetrics).body, "# TYPE c counter\n# HELP c C.\nc_total 2.0\n# EOF\n");
  EXPECT_EQ(reply("application/openmetrics-text").content_type,
            "application/openmetrics-text; version=0.0.1; charset=utf-8; escaping=underscores");
  EXPECT_EQ(reply("application/openmetrics-text").body, reply(openmetrics).body);
  EXPECT_EQ(reply(protobuf).content_type,
            "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited; "
            "escaping=underscores");
  // The length, the name, the help, the type counter (0), and a metric. Its last field is the created time.
  EXPECT_TRUE(
      reply(protobuf).body.substr(1).starts_with("\x0a\x07"
                                                 "c_total\x12\x02"
                                                 "C.\x18"))
      << reply(protobuf).body;
}

TEST(Exposition, EndsWithEofIfTheQuerySelectsNoFamily) {
  Registry registry;
  registry.counter({.name = "c_total", .help = "C."});
  const ExpositionRequest unknown_family{.accept = "application/openmetrics-text;version=1.0.0",
                                         .query = "name[]=unknown"};
  EXPECT_EQ(expose(registry, unknown_family).body, "# EOF\n");
}

// Exposition rules 83 to 85 and 88, negotiated by the request.
TEST(Exposition, HasUnescapedNamesIfTheRequestAllowsUtf8) {
  Registry registry({.utf8_names = true});
  registry.counter({.name = "disk.io_total", .help = "D."}, {"host", "dev.name"}).labels("h", "sda").inc(2);
  registry.histogram({.name = "rpc.lat", .help = "R.", .buckets = {1}});
  EXPECT_EQ(expose(registry, {.accept = "text/plain;version=1.0.0;escaping=allow-utf-8"}).body,
            "# HELP \"disk.io_total\" D.\n# TYPE \"disk.io_total\" counter\n"
            "{\"disk.io_total\",\"dev.name\"=\"sda\",host=\"h\"} 2\n"
            "# HELP \"rpc.lat\" R.\n# TYPE \"rpc.lat\" histogram\n"
            "{\"rpc.lat_bucket\",le=\"1\"} 0\n{\"rpc.lat_bucket\",le=\"+Inf\"} 0\n"
            "{\"rpc.lat_sum\"} 0\n{\"rpc.lat_count\"} 0\n");
  const std::string openmetrics = "application/openmetrics-text;version=1.0.0;escaping=";
  EXPECT_EQ(expose(registry, {.accept = openmetrics + "allow-utf-8", .query = "name[]=disk.io_total"}).body,
            "# TYPE \"disk.io\" counter\n# HELP \"disk.io\" D.\n"
            "{\"disk.io_total\",\"dev.name\"=\"sda\",host=\"h\"} 2.0\n# EOF\n");
  // Exposition rule 96.
  EXPECT_EQ(expose(registry, {.accept = openmetrics + "values", .query = "name[]=disk.io_total"}).body,
            "# TYPE U__disk_2e_io counter\n# HELP U__disk_2e_io D.\n"
            "U__disk_2e_io_total{U__dev_2e_name=\"sda\",host=\"h\"} 2.0\n# EOF\n");
}

TEST(Exposition, ReducesTheScrapeTimeout) {
  using std::chrono::milliseconds;
  EXPECT_EQ(parse_scrape_timeout("10"), milliseconds(9500));
  EXPECT_EQ(parse_scrape_timeout("1.5"), milliseconds(1350));
  EXPECT_EQ(parse_scrape_timeout("5"), milliseconds(4500));
  EXPECT_EQ(parse_scrape_timeout(" 0.01\t"), milliseconds(9));
  EXPECT_EQ(parse_scrape_timeout("1e2"), milliseconds(99'500));
  EXPECT_EQ(parse_scrape_timeout("86400"), milliseconds(86'399'500));
  for (const std::string_view none : {"", " ", "0", "-1", "-0", "86401", "1e300", "inf", "nan", "-nan", "0x10", "10s",
                                      "1,5", "10,10", "+10", "1 0", "\xff"}) {
    EXPECT_EQ(parse_scrape_timeout(none), std::nullopt) << none;
  }
}

TEST(Exposition, AcceptsAnyTimeout) {
  Registry registry;
  const Registration function = registry.gauge_function({.name = "g", .help = "G."}, [] { return 1; });
  const std::string text = to_text(registry);
  for (const auto timeout : {std::chrono::milliseconds::max(), std::chrono::milliseconds(60'000)}) {
    EXPECT_EQ(expose(registry, {.timeout = timeout}).body, text);
  }
  EXPECT_EQ(expose(registry, {.timeout = std::chrono::milliseconds::min()}).body, "");
}

// Exposition rule 205.
TEST(Exposition, ContainsOnlyTheFamiliesInTheQuery) {
  Registry registry({.utf8_names = true});
  registry.counter({.name = "a_total", .help = "A."}).inc();
  registry.gauge({.name = "b.c", .help = "B."});
  int calls = 0;
  const Registration function = registry.gauge_function({.name = "d", .help = "D."}, [&] { return ++calls; });
  const std::string a = "# HELP a_total A.\n# TYPE a_total counter\na_total 1\n";
  const std::string b = "# HELP b_c B.\n# TYPE b_c gauge\nb_c 0\n";
  EXPECT_EQ(expose(registry, {.query = "name[]=a_total&name[]=b.c"}).body, a + b);
  EXPECT_EQ(expose(registry, {.query = "?name%5B%5D=b_c"}).body, b);
  EXPECT_EQ(expose(registry, {.query = "name[]=d"}).body, "# HELP d D.\n# TYPE d gauge\nd 3\n");
  EXPECT_EQ(expose(registry, {.query = "name[]=unknown"}).body, "");
  EXPECT_EQ(expose(registry, {.query = "name=d"}).body, a + b + "# HELP d D.\n# TYPE d gauge\nd 5\n");
}

// A registry with random label values, which compress badly.
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

// Exposition rules 125 and 126.
TEST(Exposition, IsCompressedIfTheRequestAcceptsGzip) {
  const Registry registry = registry_of(30'000);
  const std::string text = to_text(registry);
  ASSERT_GT(text.size(), 3'000'000u);
  const Exposition reply = expose(registry, {.accept_encoding = "gzip"});
  EXPECT_EQ(reply.content_encoding, gzip_if_supported());
  EXPECT_EQ(reply.body.size() < text.size(), detail::GzipStream::is_supported());
  EXPECT_TRUE(content_of(reply) == text) << "the texts differ";
  for (const char* plain : {"", "gzip;q=0", "identity"}) {
    const Exposition same = expose(registry, {.accept_encoding = plain});
    EXPECT_EQ(same.content_encoding, "");
    EXPECT_TRUE(same.body == text) << plain;
  }
}

TEST(Exposition, IsNotCompressedIfItIsShort) {
  for (const int series : {0, 1, 5}) {
    const Registry registry = registry_of(series);
    const Exposition reply = expose(registry, {.accept_encoding = "gzip"});
    EXPECT_EQ(reply.content_encoding, "");
    EXPECT_EQ(reply.body, to_text(registry));
  }
}

TEST(Exposition, ReusesTheMemoryOfTheReply) {
  const Registry large = registry_of(1'000);
  const Registry small = registry_of(1);
  Exposition reply;
  expose(large, {}, reply);
  const std::string text = reply.body;
  const char* const memory = reply.body.data();
  expose(small, {}, reply);
  EXPECT_EQ(reply.body, to_text(small));
  expose(large, {.accept_encoding = "gzip"}, reply);
  EXPECT_EQ(reply.content_encoding, gzip_if_supported());
  EXPECT_TRUE(content_of(reply) == text);
  expose(large, {}, reply);
  EXPECT_EQ(reply.content_encoding, "");
  EXPECT_TRUE(reply.body == text);
  EXPECT_EQ(static_cast<const void*>(reply.body.data()), memory);
}

// A family of a protobuf message is compressed as a whole, and the memory for it is kept for later replies.
TEST(Exposition, IsCompressedAfterALargeProtobufMessage) {
  const Registry registry = registry_of(30'000);
  Exposition reply;
  expose(registry,
         {.accept = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited",
          .accept_encoding = "gzip"},
         reply);
  EXPECT_GT(content_of(reply).size(), 3'000'000u);
  expose(registry, {.accept_encoding = "gzip"}, reply);
  EXPECT_TRUE(content_of(reply) == to_text(registry));
}

// Exposition rule 55, and the whole output of a registry with every metric kind and special values.
TEST(Exposition, EqualsTheGoldenFile) {
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
