#include <narthex/http_exporter.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <narthex/narthex.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "support/error_message.h"
#include "support/http_client.h"
#include "support/kept_connection.h"
#include "support/temporary_folder.h"
#include "unit/http/exporter_contract.h"

namespace narthex {

INSTANTIATE_TYPED_TEST_SUITE_P(Http, ExporterContract, HttpExporter);

namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

HttpExporter::Response ok(const HttpExporter::Request&) { return {.body = "ok\n"}; }

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

TEST(HttpExporter, PassesHeadersToAndFromFunctions) {
  HttpExporter exporter(jobs_registry(), {.listen = "127.0.0.1:0"});
  exporter.handle("/echo", [](const HttpExporter::Request& request) -> HttpExporter::Response {
    const Exposition reply = expose(jobs_registry(), request.scrape);
    return {.status = request.authorization == "Bearer x" ? 200 : 401,
            .content_type = reply.content_type,
            .body = reply.body + request.scrape.query,
            .headers = {{"WWW-Authenticate", "Basic realm=\"a, b\""}, {"X-Empty", ""}}};
  });
  const auto reply_to = [&](const std::string& lines) {
    return request(exporter.port(),
                   "GET /echo?name[]=none HTTP/1.1\r\nHost: l\r\nConnection: close\r\n" + lines + "\r\n");
  };
  const HttpReply reply = reply_to("AUTHORIZATION: Bearer x\r\nAccept: application/openmetrics-text;version=1.0.0\r\n");
  EXPECT_EQ(reply.status(), "200");
  EXPECT_THAT(reply.head, HasSubstr("\r\nContent-Type: application/openmetrics-text; version=1.0.0"));
  EXPECT_THAT(reply.head, HasSubstr("\r\nWWW-Authenticate: Basic realm=\"a, b\"\r\nX-Empty: \r\n"));
  EXPECT_EQ(reply.body, "# EOF\nname[]=none");
  EXPECT_EQ(reply_to("").status(), "401");
  EXPECT_EQ(reply_to("Authorization: Bearer x\r\nAuthorization: Bearer x\r\n").status(), "401") << "it is repeated";
}

TEST(HttpExporter, ServesNothingBeforeTheFirstPath) {
  HttpExporter exporter({.listen = "127.0.0.1:0", .path = "/unused"});
  EXPECT_EQ(get(exporter.port(), "/unused").status(), "404");
  EXPECT_EQ(get(exporter.port(), "/").status(), "200") << "the landing page";
  exporter.add(jobs_registry(), "/jobs");
  EXPECT_EQ(get(exporter.port(), "/jobs").body, kJobs);
}

TEST(HttpExporter, RepliesWith500IfAFunctionFails) {
  HttpExporter exporter(jobs_registry(), {.listen = "127.0.0.1:0"});
  exporter.handle("/throws", [](const auto&) -> HttpExporter::Response { throw std::runtime_error("no database"); });
  exporter.handle("/int", [](const auto&) -> HttpExporter::Response { throw 1; });
  exporter.handle("/status", [](const auto&) -> HttpExporter::Response { return {.status = 99}; });
  exporter.handle("/type",
                  [](const auto&) -> HttpExporter::Response { return {.content_type = "a\r\nSet-Cookie: b"}; });
  exporter.handle("/length", [](const auto&) -> HttpExporter::Response {
    return {.headers = {{"content-LENGTH", "5"}}};
  });
  exporter.handle("/name", [](const auto&) -> HttpExporter::Response { return {.headers = {{"a b", "c"}}}; });
  exporter.handle("/value", [](const auto&) -> HttpExporter::Response {
    return {.headers = {{"X", "a\r\nSet-Cookie: b"}}};
  });
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
  EXPECT_EQ(reply_on("/name"),
            "500 cannot compute the reply: the handler returned the header 'a b': invalid name; allowed: a token (RFC "
            "9110)\n");
  EXPECT_THAT(reply_on("/value"), HasSubstr("the handler returned the header 'X': invalid value"));
  EXPECT_THAT(reply_on("/length"), HasSubstr("the handler returned the header 'content-LENGTH': the exporter sets it"));
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
