#include <narthex/http_exporter.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <narthex/detail/http_totals.h>
#include <narthex/narthex.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "support/error_message.h"
#include "support/http_client.h"
#include "support/kept_connection.h"
#include "support/open_descriptors.h"
#include "support/temporary_folder.h"
#include "unit/http/exporter_contract.h"

namespace narthex {

INSTANTIATE_TYPED_TEST_SUITE_P(Http, ExporterContract, HttpExporter);

namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr int kMoreThanSocketsHold = 20'000;  // kilobytes

HttpExporter::Response ok(const HttpExporter::Request&) { return {.body = "ok\n"}; }

// A collector that runs until release().
class HungCollector {
 public:
  explicit HungCollector(const Registry& registry, const std::string& name)
      : registration_(registry.gauge_function({.name = name, .help = "H."}, [this] {
          is_running_ = true;
          is_running_.notify_all();
          is_released_.wait(false);
          return 1;
        })) {}

  void wait_until_running() const { is_running_.wait(false); }
  void release() {
    is_released_ = true;
    is_released_.notify_all();
  }

 private:
  std::atomic<bool> is_running_ = false;
  std::atomic<bool> is_released_ = false;
  Registration registration_;
};

TEST(HttpExporter, KeepsConnectionsOpen) {
  const HttpExporter exporter(jobs_registry(), {.listen = "127.0.0.1:0"});
  KeptConnection connection(exporter.port());
  for (int i = 0; i < 100; ++i) {
    const HttpReply reply = connection.get();
    EXPECT_EQ(reply.body, kJobs);
    EXPECT_THAT(reply.head, HasSubstr("\r\nConnection: keep-alive\r\n"));
  }
  EXPECT_EQ(connection.get("/nothing").status(), "404");
  EXPECT_EQ(connection.get("/metrics", "Connection: close\r\n").body, kJobs);
  EXPECT_TRUE(connection.is_closed_by_server());
}

TEST(HttpExporter, RepliesToPipelinedRequestsInTheirOrder) {
  HttpExporter exporter(jobs_registry(), {.listen = "127.0.0.1:0"});
  exporter.handle("/healthz", ok);
  KeptConnection connection(exporter.port());
  std::string requests;
  for (int i = 0; i < 50; ++i) {
    requests += "GET /metrics HTTP/1.1\r\nHost: l\r\n\r\n";
    requests += "HEAD /metrics HTTP/1.1\r\nHost: l\r\n\r\n";
    requests += "\r\nGET /healthz HTTP/1.1\r\nHost: l\r\n\r\n";
  }
  requests += "GET /healthz HTTP/1.0\r\n\r\n";
  connection.send(requests);
  RawConnection raw(exporter.port());
  raw.send(requests);
  const std::string replies = raw.receive();
  std::size_t count = 0;
  for (std::size_t at = replies.find("HTTP/1.1 200 OK"); at != std::string::npos; ++count) {
    at = replies.find("HTTP/1.1 200 OK", at + 1);
  }
  EXPECT_EQ(count, 151u);
  EXPECT_TRUE(replies.ends_with("Connection: close\r\n\r\nok\n"));
  EXPECT_EQ(connection.receive().body, kJobs);
}

TEST(HttpExporter, SpeaksHttp10) {
  const HttpExporter exporter(jobs_registry(), {.listen = "127.0.0.1:0"});
  const HttpReply closed = request(exporter.port(), "GET /metrics HTTP/1.0\r\n\r\n");
  EXPECT_EQ(closed.body, kJobs);
  EXPECT_THAT(closed.head, HasSubstr("\r\nConnection: close\r\n"));
  KeptConnection kept(exporter.port());
  for (int i = 0; i < 2; ++i) {
    kept.send("GET /metrics HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_THAT(kept.receive().head, HasSubstr("\r\nConnection: keep-alive\r\n"));
  }
}

TEST(HttpExporter, RepliesToAClientThatHasEndedItsSide) {
  const HttpExporter exporter(jobs_registry(), {.listen = "127.0.0.1:0"});
  RawConnection connection(exporter.port());
  connection.send("GET /metrics HTTP/1.1\r\nHost: l\r\n\r\n");
  connection.end_sending();
  EXPECT_TRUE(connection.receive().ends_with("\r\n\r\n" + kJobs));
}

TEST(HttpExporter, RefusesRequestsWithABody) {
  const HttpExporter exporter(jobs_registry(), {.listen = "127.0.0.1:0"});
  for (const char* framing : {"Content-Length: 1000000\r\n", "Transfer-Encoding: chunked\r\n"}) {
    RawConnection connection(exporter.port());
    connection.send("GET /metrics HTTP/1.1\r\nHost: l\r\n" + std::string(framing) + "\r\n");
    const std::string reply = connection.receive();  // the body is not sent, and not waited for
    EXPECT_THAT(reply, StartsWith("HTTP/1.1 413 Content Too Large\r\n"));
    EXPECT_THAT(reply, HasSubstr("\r\nConnection: close\r\n"));
  }
}

// Closing a socket with unread bytes would reset the connection, and the client would lose the reply.
TEST(HttpExporter, LetsAClientReadTheReplyWhoseBodyItRefuses) {
  const HttpExporter exporter(jobs_registry(), {.listen = "127.0.0.1:0"});
  RawConnection connection(exporter.port());
  connection.send("POST /metrics HTTP/1.1\r\nHost: l\r\nContent-Length: 500000\r\n\r\n" + std::string(500'000, 'x'));
  EXPECT_THAT(connection.receive(), StartsWith("HTTP/1.1 405 Method Not Allowed\r\n"));
}

TEST(HttpExporter, ClosesTheConnectionAfterAnInvalidRequest) {
  const HttpExporter exporter(jobs_registry(), {.listen = "127.0.0.1:0"});
  const HttpReply reply =
      request(exporter.port(), "GET /metrics HTTP/1.1\r\nHost : l\r\n\r\nGET /metrics HTTP/1.1\r\nHost: l\r\n\r\n");
  EXPECT_EQ(reply.status(), "400");
  EXPECT_EQ(reply.body, "the request is not valid HTTP/1.1\n");
  EXPECT_THAT(reply.head, HasSubstr("\r\nConnection: close\r\n"));
}

TEST(HttpExporter, RepliesToAnInvalidHeadWithoutABody) {
  const HttpExporter exporter(jobs_registry(), {.listen = "127.0.0.1:0"});
  const HttpReply reply = request(exporter.port(), "\r\nHEAD /metrics HTTP/1.1\r\n\r\n");
  EXPECT_EQ(reply.status(), "400");
  EXPECT_EQ(reply.body, "");
}

TEST(HttpExporter, ComparesPathsAsTheyAre) {
  const HttpExporter exporter(jobs_registry(), {.listen = "127.0.0.1:0"});
  for (const char* path : {"/metrics%00", "/%6detrics", "/./metrics", "/%2e/metrics", "/x/../metrics", "//metrics"}) {
    EXPECT_EQ(get(exporter.port(), path).status(), "404") << path;
  }
}

TEST(HttpExporter, RejectsUnknownMethods) {
  const HttpExporter exporter(jobs_registry(), {.listen = "127.0.0.1:0"});
  KeptConnection connection(exporter.port());
  connection.send("BREW /metrics HTTP/1.1\r\nHost: l\r\n\r\n");
  EXPECT_EQ(connection.receive().status(), "501");
  EXPECT_EQ(connection.get().status(), "200");
}

TEST(HttpExporter, ServesFunctions) {
  HttpExporter exporter(jobs_registry(), {.listen = "127.0.0.1:0"});
  exporter.handle("/echo", [](const HttpExporter::Request& request) {
    return HttpExporter::Response{503, "application/json", request.method + request.path + "?" + request.query};
  });
  const HttpReply reply = get(exporter.port(), "/echo?a%20b");
  EXPECT_EQ(reply.status(), "503");
  EXPECT_THAT(reply.head, HasSubstr("\r\nContent-Type: application/json\r\n"));
  EXPECT_EQ(reply.body, "GET/echo?a%20b");
  const std::string large(100'000, 'x');
  exporter.handle("/large", [&](const auto&) -> HttpExporter::Response { return {.body = large}; });
  EXPECT_EQ(get(exporter.port(), "/large").body, large);
}

TEST(HttpExporter, RepliesWith500IfAFunctionFails) {
  HttpExporter exporter(jobs_registry(), {.listen = "127.0.0.1:0"});
  exporter.handle("/throws", [](const auto&) -> HttpExporter::Response { throw std::runtime_error("no database"); });
  exporter.handle("/int", [](const auto&) -> HttpExporter::Response { throw 1; });
  exporter.handle("/status", [](const auto&) -> HttpExporter::Response { return {.status = 99}; });
  exporter.handle("/type",
                  [](const auto&) -> HttpExporter::Response { return {.content_type = "a\r\nSet-Cookie: b"}; });
  const auto reply_on = [&](const std::string& path) {
    const HttpReply reply = get(exporter.port(), path);
    EXPECT_THAT(reply.head, Not(HasSubstr("Set-Cookie")));
    return reply.status() + " " + reply.body;
  };
  EXPECT_EQ(reply_on("/throws"), "500 cannot compute the reply: no database\n");
  EXPECT_EQ(reply_on("/int"), "500 cannot compute the reply\n");
  EXPECT_EQ(reply_on("/status"),
            "500 cannot compute the reply: the handler returned status 99; allowed: 200 to 599 without 204 and 304\n");
  EXPECT_THAT(reply_on("/type"), HasSubstr("allowed: no control characters"));
  EXPECT_EQ(error_message([&] { exporter.handle("/empty", nullptr); }),
            "HttpExporter: the handler of path '/empty' is empty; pass a function");
}

TEST(HttpExporter, ServesAPageUnlessItIsOffOrReplaced) {
  HttpExporter exporter(jobs_registry(), {.listen = "127.0.0.1:0"});
  const HttpReply page = get(exporter.port(), "/");
  EXPECT_EQ(page.status(), "200");
  EXPECT_THAT(page.head, HasSubstr("\r\nContent-Type: text/html; charset=utf-8\r\n"));
  EXPECT_THAT(page.head, HasSubstr("\r\nContent-Security-Policy: default-src 'none'"));
  const auto status = [&](const std::string& method, const std::string& lines) {
    return request(exporter.port(), method + " / HTTP/1.1\r\nHost: l\r\nConnection: close\r\n" + lines + "\r\n")
        .status();
  };
  EXPECT_EQ(status("HEAD", ""), "200");
  EXPECT_EQ(status("TRACE", ""), "405");
  EXPECT_EQ(status("GET", "Content-Length: 1\r\n"), "413");
  exporter.handle("/", ok);
  EXPECT_EQ(get(exporter.port(), "/").body, "ok\n");
  const HttpExporter without(jobs_registry(), {.listen = "127.0.0.1:0", .landing_page = false});
  EXPECT_EQ(get(without.port(), "/").status(), "404");
}

TEST(HttpExporter, ListensOnEachAddress) {
  const TemporaryFolder folder;
  const std::string file = folder.root() + "/m.sock";
  const HttpExporter exporter(jobs_registry(),
                              {.listen = "unix:" + file + ", 127.0.0.1:0, [::1]:0", .socket_mode = 0600});
  const std::vector<std::string> addresses = exporter.addresses();
  ASSERT_EQ(addresses.size(), 3u);
  EXPECT_EQ(addresses[0], "unix:" + file);
  EXPECT_EQ(addresses[1], "127.0.0.1:" + std::to_string(exporter.port()));
  const auto ipv6_port = static_cast<std::uint16_t>(std::stoi(addresses[2].substr(6)));
  EXPECT_EQ(get(exporter.port()).body, kJobs);
  EXPECT_EQ(get(ipv6_port, "/metrics", AF_INET6).body, kJobs);
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0600u);

  const int client = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un name{.sun_family = AF_UNIX, .sun_path = {}};
  file.copy(name.sun_path, file.size());
  ASSERT_EQ(::connect(client, reinterpret_cast<const sockaddr*>(&name), sizeof name), 0);
  const std::string bytes = "GET /metrics HTTP/1.0\r\n\r\n";
  ASSERT_EQ(::send(client, bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  std::string reply;
  std::array<char, 4096> part{};
  for (ssize_t n = 0; (n = ::recv(client, part.data(), part.size(), 0)) > 0;)
    reply.append(part.data(), static_cast<std::size_t>(n));
  ::close(client);
  EXPECT_TRUE(reply.ends_with(kJobs));
}

TEST(HttpExporter, RejectsInvalidOptions) {
  const auto message = [](HttpOptions options) {
    options.listen = "127.0.0.1:0";
    return error_message([&] { const HttpExporter exporter(Registry(), options); });
  };
  EXPECT_EQ(message({.socket_mode = 01777}), "HttpExporter: socket_mode is 01777; allowed: 0 to 0777");
  EXPECT_EQ(message({.max_connections = 0}), "HttpExporter: max_connections is 0; allowed: 1 to 1000000");
  EXPECT_EQ(message({.request_timeout = milliseconds(0)}),
            "HttpExporter: request_timeout is 0 ms; allowed: 1 to 3600000 ms");
  EXPECT_EQ(message({.idle_timeout = milliseconds(-1)}),
            "HttpExporter: idle_timeout is -1 ms; allowed: 1 to 86400000 ms");
  EXPECT_EQ(message({.write_timeout = milliseconds(3'600'001)}),
            "HttpExporter: write_timeout is 3600001 ms; allowed: 1 to 3600000 ms");
  EXPECT_EQ(message({.max_scrapes_in_flight = 0}), "HttpExporter: max_scrapes_in_flight is 0; allowed: 1 to 1000");
  EXPECT_EQ(message({.max_pending_bytes = 0}), "HttpExporter: max_pending_bytes is 0; allowed: at least 1");
  EXPECT_EQ(message({.scrape_threads = -1}), "HttpExporter: scrape_threads is -1; allowed: 1 to 1000");
  EXPECT_EQ(message({.shutdown_timeout = milliseconds(-1)}),
            "HttpExporter: shutdown_timeout is -1 ms; allowed: 0 to 3600000 ms");
  EXPECT_EQ(message({.path = "metrics"}).substr(0, 15), "path 'metrics':");
}

TEST(HttpExporter, ClosesConnectionsThatSendNoRequest) {
  const HttpExporter exporter(
      jobs_registry(),
      {.listen = "127.0.0.1:0", .request_timeout = milliseconds(50), .idle_timeout = milliseconds(100)});
  RawConnection silent(exporter.port());
  EXPECT_EQ(silent.receive(), "");
  RawConnection half(exporter.port());
  half.send("GET /metrics HTTP/1.1\r\nHo");
  EXPECT_THAT(half.receive(), StartsWith("HTTP/1.1 408 Request Timeout\r\n"));
  KeptConnection idle(exporter.port());
  EXPECT_EQ(idle.get().body, kJobs);
  EXPECT_TRUE(idle.is_closed_by_server());
}

TEST(HttpExporter, ClosesConnectionsThatDoNotReadTheirReply) {
  const HttpExporter exporter(large_registry(kMoreThanSocketsHold),
                              {.listen = "127.0.0.1:0", .write_timeout = milliseconds(100)});
  const std::int64_t open = detail::http_totals().open_connections;
  RawConnection slow(exporter.port());
  slow.send("GET /metrics HTTP/1.1\r\nHost: l\r\n\r\n");
  slow.receive(1);
  while (detail::http_totals().open_connections != open) std::this_thread::sleep_for(milliseconds(1));
}

TEST(HttpExporter, ClosesTheOldestConnectionForANewOne) {
  const HttpExporter exporter(jobs_registry(), {.listen = "127.0.0.1:0", .max_connections = 3});
  KeptConnection used(exporter.port());
  EXPECT_EQ(used.get().body, kJobs);
  RawConnection silent(exporter.port());
  EXPECT_EQ(used.get().body, kJobs);
  std::vector<std::unique_ptr<KeptConnection>> more;
  for (int i = 0; i < 5; ++i) {
    more.push_back(std::make_unique<KeptConnection>(exporter.port()));
    EXPECT_EQ(more.back()->get().body, kJobs);
  }
  EXPECT_EQ(silent.receive(), "") << "longest without a complete request";
  EXPECT_TRUE(used.is_closed_by_server());
  EXPECT_TRUE(more[1]->is_closed_by_server());
  EXPECT_EQ(more[2]->get().body, kJobs);
}

TEST(HttpExporter, ClosesNoConnectionWhoseScrapeRuns) {
  const Registry registry = jobs_registry();
  HungCollector hung(registry, "hung");
  HttpExporter exporter(registry, {.listen = "127.0.0.1:0", .max_connections = 2});
  exporter.handle("/healthz", ok);
  KeptConnection scraping(exporter.port());
  scraping.send("GET /metrics HTTP/1.1\r\nHost: l\r\n\r\n");
  hung.wait_until_running();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(KeptConnection(exporter.port()).get("/healthz").body, "ok\n");
  hung.release();
  EXPECT_EQ(scraping.receive().status(), "200");
}

// The client has the whole reply before the I/O thread knows that the scrape has ended.
TEST(HttpExporter, AcceptsANewConnectionDirectlyAfterAReply) {
  const Registry registry = jobs_registry();
  const HttpExporter exporter(registry, {.listen = "127.0.0.1:0", .max_connections = 1});
  for (int i = 0; i < 100; ++i) ASSERT_EQ(KeptConnection(exporter.port()).get("/metrics").body, kJobs) << i;
}

TEST(HttpExporter, ClosesNoConnectionWhoseScrapeHasJustEnded) {
  for (int round = 0; round < 20; ++round) {
    const Registry registry = jobs_registry();
    HungCollector hung(registry, "hung");
    const HttpExporter exporter(registry, {.listen = "127.0.0.1:0", .max_connections = 4});
    KeptConnection scraping(exporter.port());
    scraping.send("GET /metrics HTTP/1.1\r\nHost: l\r\n\r\n");
    hung.wait_until_running();
    std::vector<std::unique_ptr<KeptConnection>> others;
    for (int i = 0; i < 64; ++i) {
      if (i == 8) hung.release();
      others.push_back(std::make_unique<KeptConnection>(exporter.port()));
    }
    ASSERT_EQ(scraping.receive().status(), "200") << round;
  }
}

TEST(HttpExporter, ServesOtherPathsWhileCollectorsHang) {
  Registry registry = jobs_registry();
  HungCollector first(registry, "first");
  HungCollector second(registry, "second");
  HttpExporter exporter(registry, {.listen = "127.0.0.1:0", .max_scrapes_in_flight = 4});
  exporter.add(jobs_registry(), "/other");
  exporter.handle("/healthz", ok);
  std::vector<std::unique_ptr<KeptConnection>> waiting;
  for (int i = 0; i < 10; ++i) {
    waiting.push_back(std::make_unique<KeptConnection>(exporter.port()));
    waiting.back()->send("GET /metrics HTTP/1.1\r\nHost: l\r\n\r\n");
    if (i == 0) first.wait_until_running();
  }
  second.wait_until_running();  // by the next scrape, which will wait for the first collector
  EXPECT_EQ(get(exporter.port(), "/other").body, kJobs);
  EXPECT_EQ(get(exporter.port(), "/healthz").body, "ok\n");
  EXPECT_EQ(get(exporter.port(), "/").status(), "200");
  first.release();
  second.release();
  for (const auto& one : waiting) EXPECT_EQ(one->receive().status(), "200");
}

TEST(HttpExporter, SharesAScrapeThatHasNotStarted) {
  Registry registry = jobs_registry();
  registry.add(std::make_shared<LibraryCollector>(registry));
  HungCollector hung(registry, "hung");
  const HttpExporter exporter(registry, {.listen = "127.0.0.1:0", .max_scrapes_in_flight = 1});
  KeptConnection running(exporter.port());
  running.send("GET /metrics HTTP/1.1\r\nHost: l\r\n\r\n");
  hung.wait_until_running();
  std::vector<std::unique_ptr<KeptConnection>> waiting;
  for (int i = 0; i < 20; ++i) {
    waiting.push_back(std::make_unique<KeptConnection>(exporter.port()));
    waiting.back()->send("GET /metrics HTTP/1.1\r\nHost: l\r\n\r\n");
  }
  KeptConnection other(exporter.port());
  other.send("HEAD /metrics HTTP/1.1\r\nHost: l\r\n\r\n");
  while (detail::http_totals().requests_in_flight < 22) std::this_thread::sleep_for(milliseconds(1));
  hung.release();
  EXPECT_THAT(running.receive().body, HasSubstr("narthex_scrapes_total 1\n"));
  for (const auto& one : waiting) EXPECT_THAT(one->receive().body, HasSubstr("narthex_scrapes_total 2\n"));
  EXPECT_THAT(running.get().body, HasSubstr("narthex_scrapes_total 3\n"));
}

TEST(HttpExporter, RefusesRequestsThatWaitTooLong) {
  const Registry registry;
  HungCollector hung(registry, "hung");
  const HttpExporter exporter(registry, {.listen = "127.0.0.1:0", .max_scrapes_in_flight = 1});
  KeptConnection running(exporter.port());
  running.send("GET /metrics HTTP/1.1\r\nHost: l\r\n\r\n");
  hung.wait_until_running();
  KeptConnection waiting(exporter.port());
  const HttpReply reply = waiting.get("/metrics", "X-Prometheus-Scrape-Timeout-Seconds: 0.1\r\n");
  EXPECT_EQ(reply.status(), "503");
  EXPECT_THAT(reply.head, HasSubstr("\r\nRetry-After: 1\r\n"));
  hung.release();
  EXPECT_EQ(running.receive().status(), "200");
  EXPECT_EQ(waiting.get().status(), "200");
}

TEST(HttpExporter, LimitsTheBytesThatClientsHaveNotRead) {
  const HttpExporter exporter(large_registry(kMoreThanSocketsHold),
                              {.listen = "127.0.0.1:0", .max_pending_bytes = 50'000'000});
  std::vector<std::unique_ptr<RawConnection>> slow;
  for (int i = 0; i < 5; ++i) {
    slow.push_back(std::make_unique<RawConnection>(exporter.port()));
    slow.back()->send("GET /metrics HTTP/1.1\r\nHost: l\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(slow.back()->receive(1), StartsWith("HTTP/1.1 200 OK"));
  }
  const std::size_t whole = to_text(large_registry(kMoreThanSocketsHold)).size();
  EXPECT_LT(slow[0]->receive().size(), whole) << "closed for the third one";
  EXPECT_GT(slow[4]->receive().size() + 200'000, whole);
  EXPECT_EQ(get(exporter.port()).body.size(), whole);
}

TEST(HttpExporter, ServesAReplyThatIsLargerThanTheLimit) {
  const HttpExporter exporter(large_registry(1000), {.listen = "127.0.0.1:0", .max_pending_bytes = 1});
  EXPECT_GT(get(exporter.port()).body.size(), 1'000'000u);
}

TEST(HttpExporter, ServesConcurrentScrapes) {
  const Registry registry = large_registry(1000);
  const std::string expected = to_text(registry);
  const HttpExporter exporter(registry, {.listen = "127.0.0.1:0"});
  std::atomic<int> correct{0};
  std::vector<std::thread> scrapers;
  for (int i = 0; i < 16; ++i) {
    scrapers.emplace_back([&] {
      KeptConnection connection(exporter.port());
      for (int scrapes = 0; scrapes < 3; ++scrapes) {
        if (connection.get().body == expected) ++correct;
      }
    });
  }
  for (std::thread& scraper : scrapers) scraper.join();
  EXPECT_EQ(correct.load(), 48);
}

TEST(HttpExporter, ToleratesClientsThatStopInTheMiddle) {
  const HttpExporter exporter(large_registry(kMoreThanSocketsHold), {.listen = "127.0.0.1:0"});
  const std::int64_t open = detail::http_totals().open_connections;
  for (int i = 0; i < 10; ++i) {
    RawConnection silent(exporter.port());
    RawConnection half_a_request(exporter.port());
    half_a_request.send("GET /metrics HTTP/1.1\r\nHo");
    RawConnection half_a_reply(exporter.port());
    half_a_reply.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    half_a_reply.receive(1000);
    RawConnection no_reply(exporter.port());
    no_reply.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  EXPECT_EQ(get(exporter.port()).status(), "200");
  while (detail::http_totals().open_connections != open) std::this_thread::sleep_for(milliseconds(1));
  EXPECT_EQ(detail::http_totals().requests_in_flight, 0);
}

TEST(HttpExporter, FinishesStartedRepliesInItsDestructor) {
  const Registry registry = large_registry(kMoreThanSocketsHold);
  const std::size_t whole = to_text(registry).size();
  auto exporter = std::make_unique<HttpExporter>(
      registry, HttpOptions{.listen = "127.0.0.1:0", .shutdown_timeout = std::chrono::seconds(60)});
  KeptConnection idle(exporter->port());
  EXPECT_EQ(idle.get().body.size(), whole);
  RawConnection reading(exporter->port());
  reading.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
  std::string reply = reading.receive(1);
  const std::uint16_t port = exporter->port();
  const auto destroyed = std::async(std::launch::async, [&] { exporter.reset(); });
  EXPECT_TRUE(idle.is_closed_by_server());
  reply += reading.receive();
  EXPECT_EQ(HttpReply::of(reply).body.size(), whole);
  destroyed.wait();
  EXPECT_THROW(RawConnection{port}, std::system_error);
}

TEST(HttpExporter, ClosesRepliesThatAreNotReadInItsDestructor) {
  for (const auto timeout : {milliseconds(0), milliseconds(20)}) {
    auto exporter = std::make_unique<HttpExporter>(large_registry(kMoreThanSocketsHold),
                                                   HttpOptions{.listen = "127.0.0.1:0", .shutdown_timeout = timeout});
    RawConnection never_reads(exporter->port());
    never_reads.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    never_reads.receive(1);
    exporter.reset();
    EXPECT_LT(never_reads.receive().size(), 20'000'000u);
  }
}

TEST(HttpExporter, WaitsForRunningCollectorsInItsDestructorAndLogsTheirNames) {
  const Registry registry;
  HungCollector hung(registry, "queue_depth");
  std::promise<std::string> line;
  auto exporter = std::make_unique<HttpExporter>(
      registry, HttpOptions{.listen = "127.0.0.1:0",
                            .shutdown_timeout = milliseconds(1),
                            .diagnostic = [&](std::string_view text) { line.set_value(std::string(text)); }});
  RawConnection scraping(exporter->port());
  scraping.send("GET /metrics HTTP/1.1\r\nHost: l\r\n\r\n");
  hung.wait_until_running();
  const auto destroyed = std::async(std::launch::async, [&] { exporter.reset(); });
  EXPECT_EQ(line.get_future().get(),
            "HttpExporter waits in its destructor for the collector 'queue_depth' on /metrics");
  EXPECT_EQ(scraping.receive(), "") << "shutdown_timeout is over";
  hung.release();
  destroyed.wait();
}

TEST(HttpExporter, LeavesNoDescriptor) {
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 3; ++i) {
    const HttpExporter exporter(jobs_registry(), {.listen = "127.0.0.1:0, [::1]:0"});
    KeptConnection kept(exporter.port());
    EXPECT_EQ(kept.get().body, kJobs);
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST(HttpExporter, CountsItsWork) {
  Registry registry;
  registry.add(std::make_shared<LibraryCollector>(registry));
  const HttpExporter exporter(registry, {.listen = "127.0.0.1:0"});
  const auto value = [&](const std::string& series) {
    const std::string body = get(exporter.port()).body;
    const std::size_t at = body.find("\n" + series + " ");
    return at == std::string::npos ? 0.0 : std::stod(body.substr(at + series.size() + 2));
  };
  const double not_found = value("narthex_http_requests_total{code=\"404\"}");
  const double bytes = value("narthex_http_response_bytes_total");
  const std::string reply = [&] {
    RawConnection connection(exporter.port());
    connection.send("GET /nothing HTTP/1.0\r\n\r\n");
    return connection.receive();
  }();
  EXPECT_EQ(value("narthex_http_requests_total{code=\"404\"}"), not_found + 1);
  EXPECT_GT(value("narthex_http_response_bytes_total"), bytes + static_cast<double>(reply.size()));
  EXPECT_EQ(value("narthex_http_requests_in_flight"), 1) << "the scrape itself";
  EXPECT_GE(value("narthex_http_connections"), 1);
  EXPECT_GT(value("narthex_http_request_duration_seconds_sum"), 0);
}

}  // namespace
}  // namespace narthex
