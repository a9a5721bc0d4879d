#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <narthex/narthex.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/error_message.h"
#include "support/gunzip.h"
#include "support/http_client.h"
#include "support/manual_clock.h"

// What all HTTP exporters have in common. A test program instantiates it for its exporter:
//   INSTANTIATE_TYPED_TEST_SUITE_P(Http, ExporterContract, HttpExporter);

namespace narthex {

inline const std::string kJobs = "# HELP jobs_total Jobs done.\n# TYPE jobs_total counter\njobs_total 3\n";

inline Registry jobs_registry() {
  Registry registry;
  registry.counter({.name = "jobs_total", .help = "Jobs done."}).inc(3);
  return registry;
}

// Returns a registry with an exposition of about this many kilobytes.
inline Registry large_registry(int kilobytes) {
  Registry registry;
  const auto family = registry.counter({.name = "large_total", .help = "Large.", .max_series = 0}, {"text"});
  for (int i = 0; i < kilobytes; ++i) family.labels(std::to_string(i) + std::string(1000, 'x')).inc();
  return registry;
}

// Sends a request for /metrics with these header lines, each with its line end.
inline HttpReply get_with(std::uint16_t port, const std::string& lines, const std::string& method = "GET") {
  return request(port, method + " /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + lines + "\r\n");
}

template <class Exporter>
class ExporterContract : public testing::Test {};

TYPED_TEST_SUITE_P(ExporterContract);

TYPED_TEST_P(ExporterContract, ServesTheRegistry) {
  const TypeParam exporter(jobs_registry(), {.listen = "127.0.0.1:0"});
  const HttpReply reply = get(exporter.port());
  EXPECT_THAT(reply.head,
              testing::MatchesRegex("HTTP/1.1 200 OK\r\n"
                                    "Date: [A-Z][a-z][a-z], [0-9][0-9] [A-Z][a-z][a-z] 20[0-9][0-9] [0-9:]+ GMT\r\n"
                                    "Content-Type: text/plain; version=0.0.4; charset=utf-8; escaping=underscores\r\n"
                                    "Content-Length: " +
                                    std::to_string(kJobs.size()) +
                                    "\r\n"
                                    "Vary: Accept, Accept-Encoding\r\n"
                                    "Connection: close\r\n"));
  EXPECT_EQ(reply.body, kJobs);
}

TYPED_TEST_P(ExporterContract, ServesCurrentValuesInEveryScrape) {
  Registry registry;
  const Counter jobs = registry.counter({.name = "jobs_total", .help = "Jobs done."});
  const TypeParam exporter(registry, {.listen = "127.0.0.1:0"});
  EXPECT_THAT(get(exporter.port()).body, testing::HasSubstr("jobs_total 0\n"));
  jobs.inc();
  EXPECT_THAT(get(exporter.port()).body, testing::HasSubstr("jobs_total 1\n"));
}

TYPED_TEST_P(ExporterContract, RepliesToHeadWithoutABody) {
  const TypeParam exporter(jobs_registry(), {.listen = "127.0.0.1:0"});
  const HttpReply reply = get_with(exporter.port(), "", "HEAD");
  EXPECT_THAT(reply.head, testing::HasSubstr("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(reply.head, testing::HasSubstr("Content-Length: " + std::to_string(kJobs.size()) + "\r\n"));
  EXPECT_EQ(reply.body, "");
}

TYPED_TEST_P(ExporterContract, CompressesIfTheClientAcceptsGzip) {
  const Registry registry = large_registry(100);
  const TypeParam exporter(registry, {.listen = "127.0.0.1:0"});
  const std::string accept = "accept-encoding: deflate, GZIP;q=0.5\r\n";
  const HttpReply reply = get_with(exporter.port(), accept);
  EXPECT_THAT(reply.head, testing::HasSubstr("\r\nVary: Accept, Accept-Encoding\r\nContent-Encoding: gzip\r\n"));
  EXPECT_THAT(reply.head, testing::HasSubstr("\r\nContent-Length: " + std::to_string(reply.body.size()) + "\r\n"));
  EXPECT_EQ(gunzip(reply.body), to_text(registry));

  const HttpReply head = get_with(exporter.port(), accept, "HEAD");
  EXPECT_THAT(head.head, testing::HasSubstr("\r\nContent-Length: " + std::to_string(reply.body.size()) + "\r\n"));
  EXPECT_THAT(head.head, testing::HasSubstr("\r\nContent-Encoding: gzip\r\n"));
  EXPECT_EQ(head.body, "");

  const HttpReply plain = get(exporter.port());
  EXPECT_THAT(plain.head, testing::HasSubstr("\r\nVary: Accept, Accept-Encoding\r\n"));
  EXPECT_THAT(plain.head, testing::Not(testing::HasSubstr("Content-Encoding")));
  EXPECT_EQ(plain.body, to_text(registry));
}

// Exposition rule 205.
TYPED_TEST_P(ExporterContract, ServesOnlyTheFamiliesInTheQuery) {
  Registry registry = jobs_registry();
  for (const char* name : {"a", "b"}) registry.gauge({.name = name, .help = "G."});
  const TypeParam exporter(registry, {.listen = "127.0.0.1:0"});
  const auto body = [&](const std::string& query) { return get(exporter.port(), "/metrics" + query).body; };
  EXPECT_EQ(body("?debug=1"), to_text(registry));
  EXPECT_EQ(body("?name[]=jobs_total"), kJobs);
  EXPECT_EQ(body("?name%5B%5D=jobs_total&name[]=b"), "# HELP b G.\n# TYPE b gauge\nb 0\n" + kJobs);
  EXPECT_EQ(body("?name[]=unknown"), "");
}

TYPED_TEST_P(ExporterContract, ServesThePreferredFormatOfTheClient) {
  const Registry registry = jobs_registry();
  const TypeParam exporter(registry, {.listen = "127.0.0.1:0"});
  const std::string protobuf =
      "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";
  const std::string openmetrics = "application/openmetrics-text; version=1.0.0";
  const auto check = [&](const std::string& lines, const std::string& type, const std::string& accept) {
    const HttpReply reply = get_with(exporter.port(), lines);
    EXPECT_THAT(reply.head, testing::HasSubstr("\r\nContent-Type: " + type + "\r\n")) << lines;
    EXPECT_EQ(reply.body, expose(registry, {.accept = std::string(accept)}).body) << lines;
  };
  check("Accept: text/plain;version=1.0.0;escaping=dots\r\n", "text/plain; version=1.0.0; charset=utf-8; escaping=dots",
        "text/plain;version=1.0.0");
  check("accept: " + openmetrics + "\r\n", openmetrics + "; charset=utf-8; escaping=underscores", openmetrics);
  check("Accept: " + protobuf + ";escaping=allow-utf-8\r\n", protobuf + "; escaping=allow-utf-8", protobuf);
  // Exposition rule 124.
  check("Accept: text/plain;q=0.5\r\nX: y\r\nACCEPT: " + openmetrics + "\r\n",
        openmetrics + "; charset=utf-8; escaping=underscores", openmetrics);
}

TYPED_TEST_P(ExporterContract, SkipsACollectorThatIsTooSlowForTheTimeout) {
  ManualClock clock;
  Registry registry = jobs_registry();
  const Registration slow = registry.gauge_function({.name = "slow", .help = "S."}, [&clock] {
    clock.advance(std::chrono::milliseconds(1000));
    return 1;
  });
  const TypeParam exporter(registry, {.listen = "127.0.0.1:0"});
  const std::string full = "# HELP slow S.\n# TYPE slow gauge\nslow 1\n";
  const std::string timeout = "X-Prometheus-Scrape-Timeout-Seconds: ";
  EXPECT_EQ(get_with(exporter.port(), timeout + "0.5\r\n").body, kJobs + full) << "its duration is not known yet";
  EXPECT_EQ(get_with(exporter.port(), timeout + "0.5\r\n").body, kJobs);
  EXPECT_EQ(get_with(exporter.port(), timeout + "60\r\n").body, kJobs + full);
  EXPECT_EQ(get_with(exporter.port(), timeout + "soon\r\n").body, kJobs + full);
  Registry numbers;
  numbers.add(std::make_shared<LibraryCollector>(registry));
  EXPECT_THAT(to_text(numbers), testing::HasSubstr("narthex_collector_skipped_total{collector=\"slow\"} 1\n"));
}

TYPED_TEST_P(ExporterContract, ListsTheServedPathsInA404Reply) {
  TypeParam exporter(jobs_registry(), {.listen = "127.0.0.1:0"});
  exporter.add(Registry(), "/internal");
  for (const char* path : {"/metric", "/metrics/", "/metrics/x", "/favicon.ico", "/Metrics"}) {
    const HttpReply reply = get(exporter.port(), path);
    EXPECT_EQ(reply.status(), "404") << path;
    EXPECT_EQ(reply.body, "nothing is served on this path; allowed: /metrics, /internal\n") << path;
  }
}

TYPED_TEST_P(ExporterContract, AllowsGetAndHeadOnly) {
  const TypeParam exporter(jobs_registry(), {.listen = "127.0.0.1:0"});
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "PATCH"}) {
    const HttpReply reply = request(
        exporter.port(), std::string(method) + " /metrics HTTP/1.1\r\nHost: l\r\nContent-Length: 4\r\n\r\nbody");
    EXPECT_EQ(reply.status(), "405") << method;
    EXPECT_THAT(reply.head, testing::HasSubstr("\r\nAllow: GET, HEAD\r\n")) << method;
  }
}

TYPED_TEST_P(ExporterContract, ServesEachRegistryOnItsPath) {
  TypeParam exporter(Registry(), {.listen = "127.0.0.1:0", .path = "/empty"});
  exporter.add(jobs_registry(), "/jobs");
  EXPECT_EQ(get(exporter.port(), "/empty").body, "");
  EXPECT_EQ(get(exporter.port(), "/jobs").body, kJobs);
  EXPECT_EQ(error_message([&] { exporter.add(Registry(), "/jobs"); }),
            "path '/jobs': something else is served there; use another path");
}

TYPED_TEST_P(ExporterContract, KeepsItsRegistryAlive) {
  auto registry = std::make_optional(jobs_registry());
  const TypeParam exporter(*registry, {.listen = "127.0.0.1:0"});
  registry.reset();
  EXPECT_EQ(get(exporter.port()).body, kJobs);
}

TYPED_TEST_P(ExporterContract, ReportsTheAddressThatIsInUse) {
  const TypeParam first(Registry(), {.listen = "127.0.0.1:0,127.0.0.2:0"});
  for (const std::string& taken : first.addresses()) {
    const auto start = [&] { const TypeParam exporter(Registry(), {.listen = "127.0.0.1:0," + taken}); };
    EXPECT_THROW(start(), ListenError);
    EXPECT_EQ(error_message(start), "listen '" + taken + "': cannot listen on this address: Address already in use");
  }
}

TYPED_TEST_P(ExporterContract, ReportsAnAddressThatAppearsTwice) {
  const std::uint16_t free_port = TypeParam(Registry(), {.listen = "127.0.0.1:0"}).port();
  const std::string twice = "127.0.0.1:" + std::to_string(free_port);
  EXPECT_EQ(error_message([&] { const TypeParam exporter(Registry(), {.listen = twice + "," + twice}); }),
            "listen '" + twice + "': cannot listen on this address: Address already in use");
}

TYPED_TEST_P(ExporterContract, RejectsPathsThatCannotBeServed) {
  TypeParam exporter(Registry(), {.listen = "127.0.0.1:0"});
  for (const char* path : {"", "metrics", "/a b", "/a?b", "/a#b", "/a%20b", "/\u00e9", "/a//b", "/a/../b", "/a/./b",
                           "/..", "/.", "/a.", "/a\\b"}) {
    EXPECT_EQ(
        error_message([&] { exporter.add(Registry(), path); }),
        "path '" + std::string(path) +
            "': the path cannot be served; allowed: it starts with '/', and contains no space, '?', '#', '%', '\\', "
            "empty part, or part that starts or ends with '.'");
  }
  for (const char* path : {"/a", "/a/", "/a/b.c", "/actuator/prometheus"}) {
    exporter.add(jobs_registry(), path);
    EXPECT_EQ(get(exporter.port(), path).body, kJobs);
  }
}

TYPED_TEST_P(ExporterContract, AcceptsTheAbsoluteFormOfAPath) {
  const TypeParam exporter(jobs_registry(), {.listen = "127.0.0.1:0"});
  const std::string host = "127.0.0.1:" + std::to_string(exporter.port());
  EXPECT_EQ(request(exporter.port(),
                    "GET http://" + host + "/metrics HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                .body,
            kJobs);
}

TYPED_TEST_P(ExporterContract, CanBeDestroyedInAForkedChild) {
  const auto exporter = new TypeParam(jobs_registry(), {.listen = "127.0.0.1:0,127.0.0.2:0"});
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(20);  // ends a child that waits for threads of the parent
    delete exporter;
    ::_exit(0);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(get(exporter->port()).body, kJobs);
  delete exporter;
}

REGISTER_TYPED_TEST_SUITE_P(ExporterContract, ServesTheRegistry, ServesCurrentValuesInEveryScrape,
                            RepliesToHeadWithoutABody, CompressesIfTheClientAcceptsGzip,
                            ServesOnlyTheFamiliesInTheQuery, ServesThePreferredFormatOfTheClient,
                            SkipsACollectorThatIsTooSlowForTheTimeout, ListsTheServedPathsInA404Reply,
                            AllowsGetAndHeadOnly, ServesEachRegistryOnItsPath, KeepsItsRegistryAlive,
                            ReportsTheAddressThatIsInUse, ReportsAnAddressThatAppearsTwice,
                            RejectsPathsThatCannotBeServed, AcceptsTheAbsoluteFormOfAPath,
                            CanBeDestroyedInAForkedChild);

}  // namespace narthex
