#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <civetweb.h>
#include <gmock/gmock.h>
#include <narthex/civetweb_exporter.h>
#include <narthex/narthex.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/error_message.h"
#include "support/gunzip.h"
#include "support/http_client.h"
#include "support/manual_clock.h"

namespace narthex {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

const std::string kBody = "# HELP jobs_total Jobs done.\n# TYPE jobs_total counter\njobs_total 3\n";

Registry example() {
  Registry registry;
  registry.counter({.name = "jobs_total", .help = "Jobs done."}).inc(3);
  return registry;
}

// A registry with an exposition of about this many kilobytes.
Registry example_of(int kilobytes) {
  Registry registry;
  const auto family = registry.counter({.name = "large_total", .help = "Large."}, {"text"});
  for (int i = 0; i < kilobytes; ++i) family.labels(std::to_string(i) + std::string(1000, 'x')).inc();
  return registry;
}

constexpr int kMoreThanSocketsHold = 20'000;

TEST(CivetwebExporter, ServesTheRegistry) {
  const CivetwebExporter exporter(example(), {.listen = "127.0.0.1:0"});
  const HttpReply reply = get(exporter.port());
  EXPECT_THAT(reply.head,
              MatchesRegex("HTTP/1.1 200 OK\r\n"
                           "Date: [A-Z][a-z][a-z], [0-9][0-9] [A-Z][a-z][a-z] 20[0-9][0-9] [0-9:]+ GMT\r\n"
                           "Content-Type: text/plain; version=0.0.4; charset=utf-8; escaping=underscores\r\n"
                           "Content-Length: " +
                           std::to_string(kBody.size()) +
                           "\r\n"
                           "Vary: Accept, Accept-Encoding\r\n"
                           "Connection: close\r\n"));
  EXPECT_EQ(reply.body, kBody);
}

TEST(CivetwebExporter, ServesCurrentValuesInEveryScrape) {
  Registry registry;
  const Counter jobs = registry.counter({.name = "jobs_total", .help = "Jobs done."});
  const CivetwebExporter exporter(registry, {.listen = "127.0.0.1:0"});
  EXPECT_THAT(get(exporter.port()).body, HasSubstr("jobs_total 0\n"));
  jobs.inc();
  EXPECT_THAT(get(exporter.port()).body, HasSubstr("jobs_total 1\n"));
}

TEST(CivetwebExporter, AnswersHeadWithoutABody) {
  const CivetwebExporter exporter(example(), {.listen = "127.0.0.1:0"});
  const HttpReply reply = request(exporter.port(), "HEAD /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_THAT(reply.head, HasSubstr("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(reply.head, HasSubstr("Content-Length: " + std::to_string(kBody.size()) + "\r\n"));
  EXPECT_EQ(reply.body, "");
}

TEST(CivetwebExporter, CompressesIfTheClientAcceptsGzip) {
  const Registry registry = example_of(100);
  const CivetwebExporter exporter(registry, {.listen = "127.0.0.1:0"});
  const std::string wanted = " /metrics HTTP/1.1\r\nHost: localhost\r\naccept-encoding: deflate, GZIP;q=0.5\r\n\r\n";
  const HttpReply reply = request(exporter.port(), "GET" + wanted);
  EXPECT_THAT(reply.head, HasSubstr("\r\nVary: Accept, Accept-Encoding\r\nContent-Encoding: gzip\r\n"));
  EXPECT_THAT(reply.head, HasSubstr("\r\nContent-Length: " + std::to_string(reply.body.size()) + "\r\n"));
  EXPECT_EQ(gunzip(reply.body), to_text(registry));

  const HttpReply head = request(exporter.port(), "HEAD" + wanted);
  EXPECT_THAT(head.head, HasSubstr("\r\nContent-Length: " + std::to_string(reply.body.size()) + "\r\n"));
  EXPECT_THAT(head.head, HasSubstr("\r\nContent-Encoding: gzip\r\n"));
  EXPECT_EQ(head.body, "");

  const HttpReply plain = get(exporter.port());
  EXPECT_THAT(plain.head, HasSubstr("\r\nVary: Accept, Accept-Encoding\r\n"));
  EXPECT_THAT(plain.head, Not(HasSubstr("Content-Encoding")));
  EXPECT_EQ(plain.body, to_text(registry));
}

// Sends a request for /metrics with these header lines, each with its line end.
HttpReply get_with(std::uint16_t port, const std::string& lines) {
  return request(port, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n" + lines + "\r\n");
}

// Exposition rule 205.
TEST(CivetwebExporter, ServesOnlyTheFamiliesInTheQuery) {
  Registry registry = example();
  for (const char* name : {"a", "b"}) registry.gauge({.name = name, .help = "G."});
  const CivetwebExporter exporter(registry, {.listen = "127.0.0.1:0"});
  const auto body = [&](const std::string& query) { return get(exporter.port(), "/metrics" + query).body; };
  EXPECT_EQ(body("?debug=1"), to_text(registry));
  EXPECT_EQ(body("?name[]=jobs_total"), kBody);
  EXPECT_EQ(body("?name%5B%5D=jobs_total&name[]=b"), "# HELP b G.\n# TYPE b gauge\nb 0\n" + kBody);
  EXPECT_EQ(body("?name[]=unknown"), "");
}

TEST(CivetwebExporter, ServesThePreferredFormatOfTheClient) {
  const Registry registry = example();
  const CivetwebExporter exporter(registry, {.listen = "127.0.0.1:0"});
  const std::string protobuf =
      "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";
  const std::string openmetrics = "application/openmetrics-text; version=1.0.0";
  const auto check = [&](const std::string& lines, const std::string& type, const std::string& accept) {
    const HttpReply reply = get_with(exporter.port(), lines);
    EXPECT_THAT(reply.head, HasSubstr("\r\nContent-Type: " + type + "\r\n")) << lines;
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

TEST(CivetwebExporter, SkipsACollectorThatIsTooSlowForTheTimeout) {
  ManualClock clock;
  Registry registry = example();
  const Registration slow = registry.gauge_function({.name = "slow", .help = "S."}, [&clock] {
    clock.advance(std::chrono::milliseconds(20));
    return 1;
  });
  const CivetwebExporter exporter(registry, {.listen = "127.0.0.1:0"});
  const std::string full = "# HELP slow S.\n# TYPE slow gauge\nslow 1\n";
  const std::string timeout = "X-Prometheus-Scrape-Timeout-Seconds: ";
  EXPECT_EQ(get_with(exporter.port(), timeout + "0.02\r\n").body, kBody + full) << "its duration is not known yet";
  EXPECT_EQ(get_with(exporter.port(), timeout + "0.02\r\n").body, kBody);
  EXPECT_EQ(get_with(exporter.port(), timeout + "60\r\n").body, kBody + full);
  EXPECT_EQ(get_with(exporter.port(), timeout + "soon\r\n").body, kBody + full);
  Registry numbers;
  numbers.add(LibraryCollector(registry));
  EXPECT_THAT(to_text(numbers), HasSubstr("narthex_collector_skipped_total{collector=\"slow\"} 1\n"));
}

TEST(CivetwebExporter, ListsTheServedPathsInA404Reply) {
  CivetwebExporter exporter(example(), {.listen = "127.0.0.1:0"});
  exporter.add(Registry(), "/internal");
  for (const char* path : {"/", "/metric", "/metrics/", "/metrics/x", "/favicon.ico", "/Metrics"}) {
    const HttpReply reply = get(exporter.port(), path);
    EXPECT_EQ(reply.status(), "404") << path;
    EXPECT_EQ(reply.body, "nothing is served on this path; allowed: /internal, /metrics\n") << path;
  }
}

TEST(CivetwebExporter, AllowsGetAndHeadOnly) {
  const CivetwebExporter exporter(example(), {.listen = "127.0.0.1:0"});
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "PATCH"}) {
    const HttpReply reply = request(
        exporter.port(), std::string(method) + " /metrics HTTP/1.1\r\nHost: l\r\nContent-Length: 4\r\n\r\nbody");
    EXPECT_EQ(reply.status(), "405") << method;
    EXPECT_THAT(reply.head, HasSubstr("\r\nAllow: GET, HEAD\r\n")) << method;
  }
}

TEST(CivetwebExporter, ServesEachRegistryOnItsPath) {
  CivetwebExporter exporter(Registry(), {.listen = "127.0.0.1:0", .path = "/empty"});
  exporter.add(example(), "/jobs");
  EXPECT_EQ(get(exporter.port(), "/empty").body, "");
  EXPECT_EQ(get(exporter.port(), "/jobs").body, kBody);
  EXPECT_EQ(error_message([&] { exporter.add(Registry(), "/jobs"); }),
            "path '/jobs': another registry is served there; use another path");
}

TEST(CivetwebExporter, KeepsItsRegistryAlive) {
  auto registry = std::make_optional(example());
  const CivetwebExporter exporter(*registry, {.listen = "127.0.0.1:0"});
  registry.reset();
  EXPECT_EQ(get(exporter.port()).body, kBody);
}

TEST(CivetwebExporter, ListensOnSeveralAddresses) {
  const CivetwebExporter exporter(example(), {.listen = "127.0.0.1:0, localhost:0,127.0.0.2:0"});
  const std::vector<std::string> addresses = exporter.addresses();
  ASSERT_EQ(addresses.size(), 3u);
  EXPECT_EQ(addresses[0], "127.0.0.1:" + std::to_string(exporter.port()));
  EXPECT_THAT(addresses[1], testing::StartsWith("localhost:"));
  EXPECT_THAT(addresses[2], testing::StartsWith("127.0.0.2:"));
  const auto port_in = [](const std::string& address) {
    return static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
  };
  EXPECT_EQ(get(port_in(addresses[0])).body, kBody);
  EXPECT_EQ(get(port_in(addresses[1])).body, kBody);
}

// Debian builds civetweb without IPv6.
TEST(CivetwebExporter, ListensOnIpv6OnlyIfCivetwebCan) {
  const auto start = [] { const CivetwebExporter exporter(example(), {.listen = "127.0.0.1:0,[::1]:0"}); };
  if (mg_check_feature(MG_FEATURES_IPV6) != 0) {
    const CivetwebExporter exporter(example(), {.listen = "[::1]:0"});
    EXPECT_EQ(get(exporter.port(), "/metrics", AF_INET6).body, kBody);
  } else {
    EXPECT_THROW(start(), ListenError);
    EXPECT_EQ(
        error_message(start),
        "listen '[::1]:0': the installed civetweb was built without IPv6; allowed: IPv4 addresses, or HttpExporter "
        "instead of CivetwebExporter: Address family not supported by protocol");
  }
}

TEST(CivetwebExporter, ReportsTheAddressThatIsInUse) {
  const CivetwebExporter first(Registry(), {.listen = "127.0.0.1:0,127.0.0.2:0"});
  for (const std::string& taken : first.addresses()) {
    const auto start = [&] { const CivetwebExporter exporter(Registry(), {.listen = "127.0.0.1:0," + taken}); };
    EXPECT_THROW(start(), ListenError);
    EXPECT_EQ(error_message(start), "listen '" + taken + "': cannot listen on this address: Address already in use");
  }
}

TEST(CivetwebExporter, ReportsAnAddressThatAppearsTwice) {
  const std::uint16_t free_port = CivetwebExporter(Registry(), {.listen = "127.0.0.1:0"}).port();
  const std::string twice = "127.0.0.1:" + std::to_string(free_port);
  EXPECT_EQ(error_message([&] { const CivetwebExporter exporter(Registry(), {.listen = twice + "," + twice}); }),
            "listen '" + twice + "': cannot listen on this address: Address already in use");
}

TEST(CivetwebExporter, RejectsInvalidAddresses) {
  const std::string forms = "; allowed: 127.0.0.1:9464, [::1]:9464, localhost:9464, or 0.0.0.0:9464 for all addresses";
  const auto message = [](const std::string& listen) {
    return error_message([&] { const CivetwebExporter exporter(Registry(), {.listen = listen}); });
  };
  for (const char* bad : {"", "9464", "example.org:80", "::1:9464", "[::1:9464", "127.0.0.1", "1.2.3:80", "+9464"}) {
    const std::string text = message(bad);
    EXPECT_TRUE(text.starts_with("listen '" + std::string(bad) + "': cannot listen on this address; ")) << text;
    EXPECT_THAT(text, testing::EndsWith(": Invalid argument"));
  }
  EXPECT_EQ(message("example.org:80"),
            "listen 'example.org:80': cannot listen on this address" + forms + ": Invalid argument");
  for (const char* bad :
       {"127.0.0.1:65536", "127.0.0.1:", "127.0.0.1:80s", "127.0.0.1:-1", "127.0.0.1:0,127.0.0.1:x"}) {
    EXPECT_THAT(message(bad), HasSubstr("allowed: a port from 0 to 65535")) << bad;
  }
  EXPECT_EQ(message("192.0.2.1:0"),
            "listen '192.0.2.1:0': cannot listen on this address: Cannot assign requested address");
}

TEST(CivetwebExporter, RejectsInvalidOptions) {
  for (const int threads : {0, -1, 1001}) {
    EXPECT_EQ(error_message([&] {
                const CivetwebExporter exporter(Registry(), {.listen = "127.0.0.1:0", .worker_threads = threads});
              }),
              "civetweb exporter: worker_threads is " + std::to_string(threads) + "; allowed: 1 to 1000");
  }
  for (const int milliseconds : {0, -1, 3'600'001}) {
    const std::chrono::milliseconds timeout(milliseconds);
    EXPECT_EQ(
        error_message([&] {
          const CivetwebExporter exporter(Registry(), {.listen = "127.0.0.1:0", .request_timeout = timeout});
        }),
        "civetweb exporter: request_timeout is " + std::to_string(timeout.count()) + " ms; allowed: 1 ms to 1 hour");
  }
}

TEST(CivetwebExporter, RejectsPathsThatCannotBeServed) {
  CivetwebExporter exporter(Registry(), {.listen = "127.0.0.1:0"});
  for (const char* path : {"", "metrics", "/a b", "/a?b", "/a#b", "/a%20b", "/\u00e9", "/a//b", "/a/../b", "/a/./b",
                           "/..", "/.", "/a.", "/a\\b"}) {
    EXPECT_EQ(
        error_message([&] { exporter.add(Registry(), path); }),
        "path '" + std::string(path) +
            "': the path cannot be served; allowed: it starts with '/', and contains no space, '?', '#', '%', '\\', "
            "empty part, or part that starts or ends with '.'");
  }
  for (const char* path : {"/a", "/a/", "/a/b.c", "/actuator/prometheus"}) {
    exporter.add(example(), path);
    EXPECT_EQ(get(exporter.port(), path).body, kBody);
  }
}

TEST(CivetwebExporter, AcceptsTheAbsoluteFormOfAPath) {
  const CivetwebExporter exporter(example(), {.listen = "127.0.0.1:0"});
  const std::string host = "127.0.0.1:" + std::to_string(exporter.port());
  EXPECT_EQ(request(exporter.port(), "GET http://" + host + "/metrics HTTP/1.1\r\nHost: " + host + "\r\n\r\n").body,
            kBody);
}

TEST(CivetwebExporter, CanBeDestroyedInAForkedChild) {
  auto exporter = std::make_optional<CivetwebExporter>(example(), CivetwebOptions{.listen = "127.0.0.1:0,127.0.0.2:0"});
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(20);  // ends a child that waits for threads of the parent
    exporter.reset();
    ::_exit(0);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(get(exporter->port()).body, kBody);
}

TEST(CivetwebExporter, ServesConcurrentScrapes) {
  const Registry registry = example_of(1000);
  const std::string expected = to_text(registry);
  const CivetwebExporter exporter(registry, {.listen = "127.0.0.1:0"});
  std::atomic<int> correct{0};
  std::vector<std::thread> scrapers;
  for (int i = 0; i < 16; ++i) {
    scrapers.emplace_back([&] {
      const HttpReply reply = get(exporter.port());
      if (reply.body == expected) ++correct;
    });
  }
  for (std::thread& scraper : scrapers) scraper.join();
  EXPECT_EQ(correct.load(), 16);
}

// Without the handler, these requests would reach civetweb's code for files, scripts, upgrades, or redirects.
TEST(CivetwebExporter, HandlesEveryRequestItself) {
  const CivetwebExporter exporter(example(), {.listen = "127.0.0.1:0"});
  const std::string host = "Host: localhost\r\n";
  const std::vector<std::string> requests{
      "GET /" + std::string(20'000, 'a') + " HTTP/1.1\r\n" + host + "\r\n",
      "GET /" + std::string(10'000, 'a') + " HTTP/1.1\r\n" + host + "\r\n",
      "GET /" + std::string(10'000, '/') + " HTTP/1.1\r\n" + host + "\r\n",
      "GET /.. HTTP/1.1\r\n" + host + "\r\n",
      "GET /../../etc/passwd HTTP/1.1\r\n" + host + "\r\n",
      "GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\n" + host + "\r\n",
      "GET /etc HTTP/1.1\r\n" + host + "\r\n",
      "GET /proc/self HTTP/1.1\r\n" + host + "\r\n",
      "GET //example.org/ HTTP/1.1\r\n" + host + "\r\n",
      "GET /x.cgi HTTP/1.1\r\n" + host + "\r\n",
      "GET /x.php HTTP/1.1\r\n" + host + "\r\n",
      "GET /x.shtml HTTP/1.1\r\n" + host + "\r\n",
      "GET /.htpasswd HTTP/1.1\r\n" + host + "\r\n",
      "PUT /x HTTP/1.1\r\n" + host + "Content-Length: 1\r\n\r\nx",
      "DELETE /x HTTP/1.1\r\n" + host + "\r\n",
      "MKCOL /x HTTP/1.1\r\n" + host + "\r\n",
      "PROPFIND / HTTP/1.1\r\n" + host + "Depth: 1\r\n\r\n",
      "GET / HTTP/1.1\r\n" + host +
          "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
      "GET /metrics HTTP/1.1\r\n" + host + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "POST /metrics HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
      "POST /metrics HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
      "POST /x HTTP/1.1\r\n" + host + "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 4\r\n\r\n--b-",
      "GET /metrics\r\n\r\n",
      "GET  HTTP/1.1\r\n\r\n",
      "\r\n\r\n",
      std::string("GET /\0 HTTP/1.1\r\n\r\n", 19),
      std::string(30'000, 'x'),
      "OPTIONS * HTTP/1.1\r\n" + host + "\r\n",
      "CONNECT example.org:80 HTTP/1.1\r\n" + host + "\r\n",
      "GET http://example.org/ HTTP/1.1\r\n" + host + "\r\n",
      "GET /metrics HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n",
  };
  for (const std::string& bytes : requests) {
    RawConnection connection(exporter.port());
    connection.send(bytes);
    connection.end_sending();  // so that the server does not wait for more bytes
    const std::string reply = connection.receive();
    EXPECT_TRUE(reply.empty() || reply.starts_with("HTTP/1.1 4") || reply.starts_with("HTTP/1.0 4")) << bytes << reply;
    EXPECT_THAT(reply, Not(HasSubstr("root:")));
    EXPECT_EQ(get(exporter.port()).body, kBody) << "after " << bytes.substr(0, 100);
  }
}

TEST(CivetwebExporter, ToleratesClientsThatStopInTheMiddleOfARequest) {
  const CivetwebExporter exporter(example_of(kMoreThanSocketsHold),
                                  {.listen = "127.0.0.1:0", .request_timeout = std::chrono::milliseconds(200)});
  const std::string get_metrics = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
  for (int i = 0; i < 10; ++i) {
    RawConnection silent(exporter.port());
    RawConnection half_a_request(exporter.port());
    half_a_request.send("GET /metrics HTTP/1.1\r\nHo");
    RawConnection half_a_reply(exporter.port());
    half_a_reply.send(get_metrics);
    half_a_reply.receive(1000);
  }
  EXPECT_EQ(get(exporter.port()).status(), "200");
}

TEST(CivetwebExporter, HoldsNoThreadForASlowBody) {
  const CivetwebExporter exporter(
      example(), {.listen = "127.0.0.1:0", .request_timeout = std::chrono::milliseconds(200), .worker_threads = 1});
  std::atomic<bool> is_served = false;
  std::atomic<int> sent = 0;
  constexpr int kMaxBytes = 1'000;
  RawConnection slow(exporter.port());
  slow.send("POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n");
  EXPECT_THAT(slow.receive(1), testing::StartsWith("HTTP/1.1 405 "));
  std::thread sender([&] {
    for (; !is_served && sent < kMaxBytes; ++sent) {
      slow.send("x");
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  });
  EXPECT_EQ(get(exporter.port()).body, kBody);
  is_served = true;
  sender.join();
  EXPECT_LT(sent, kMaxBytes) << "the scrape had to wait for the end of the body";
}

TEST(CivetwebExporter, StopsWithScrapesInFlight) {
  const Registry registry = example_of(kMoreThanSocketsHold);
  for (int i = 0; i < 2; ++i) {
    auto exporter =
        std::make_optional<CivetwebExporter>(registry, CivetwebOptions{.listen = "127.0.0.1:0,127.0.0.2:0"});
    RawConnection never_reads(exporter->port());
    never_reads.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    RawConnection reading(exporter->port());
    reading.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_THAT(reading.receive(100), HasSubstr("200 OK"));
    const std::uint16_t port = exporter->port();
    exporter.reset();
    EXPECT_THROW(RawConnection{port}, std::system_error);
  }
}

}  // namespace
}  // namespace narthex
