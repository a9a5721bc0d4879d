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
#include <unistd.h>

#include "support/error_message.h"
#include "support/http_client.h"
#include "unit/http/exporter_contract.h"

namespace narthex {

INSTANTIATE_TYPED_TEST_SUITE_P(Civetweb, ExporterContract, CivetwebExporter);

namespace {

using testing::HasSubstr;
using testing::Not;

constexpr int kMoreThanSocketsHold = 20'000;

TEST(CivetwebExporter, ListensOnSeveralAddresses) {
  const CivetwebExporter exporter(jobs_registry(), {.listen = "127.0.0.1:0, localhost:0,127.0.0.2:0"});
  const std::vector<std::string> addresses = exporter.addresses();
  ASSERT_EQ(addresses.size(), 3u);
  EXPECT_EQ(addresses[0], "127.0.0.1:" + std::to_string(exporter.port()));
  EXPECT_THAT(addresses[1], testing::StartsWith("localhost:"));
  EXPECT_THAT(addresses[2], testing::StartsWith("127.0.0.2:"));
  const auto port_in = [](const std::string& address) {
    return static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
  };
  EXPECT_EQ(get(port_in(addresses[0])).body, kJobs);
  EXPECT_EQ(get(port_in(addresses[1])).body, kJobs);
}

// Debian builds civetweb without IPv6.
TEST(CivetwebExporter, ListensOnIpv6OnlyIfCivetwebCan) {
  const auto start = [] { const CivetwebExporter exporter(jobs_registry(), {.listen = "127.0.0.1:0,[::1]:0"}); };
  if (mg_check_feature(MG_FEATURES_IPV6) != 0) {
    const CivetwebExporter exporter(jobs_registry(), {.listen = "[::1]:0"});
    EXPECT_EQ(get(exporter.port(), "/metrics", AF_INET6).body, kJobs);
  } else {
    EXPECT_THROW(start(), ListenError);
    EXPECT_EQ(
        error_message(start),
        "listen '[::1]:0': the installed civetweb was built without IPv6; allowed: IPv4 addresses, or HttpExporter "
        "instead of CivetwebExporter: Address family not supported by protocol");
  }
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

TEST(CivetwebExporter, ServesConcurrentScrapes) {
  const Registry registry = large_registry(1000);
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
  const CivetwebExporter exporter(jobs_registry(), {.listen = "127.0.0.1:0"});
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
    const std::string status = HttpReply::of(reply).status();
    EXPECT_TRUE(reply.empty() || status.starts_with("4") || status == "501") << bytes << reply;
    EXPECT_THAT(reply, Not(HasSubstr("root:")));
    EXPECT_EQ(get(exporter.port()).body, kJobs) << "after " << bytes.substr(0, 100);
  }
}

TEST(CivetwebExporter, ToleratesClientsThatStopInTheMiddleOfARequest) {
  const CivetwebExporter exporter(large_registry(kMoreThanSocketsHold),
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
      jobs_registry(),
      {.listen = "127.0.0.1:0", .request_timeout = std::chrono::milliseconds(200), .worker_threads = 1});
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
  EXPECT_EQ(get(exporter.port()).body, kJobs);
  is_served = true;
  sender.join();
  EXPECT_LT(sent, kMaxBytes) << "the scrape had to wait for the end of the body";
}

TEST(CivetwebExporter, StopsWithScrapesInFlight) {
  const Registry registry = large_registry(kMoreThanSocketsHold);
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
