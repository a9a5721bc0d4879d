#include <narthex/httplib_metrics.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "support/http_client.h"
#include "support/sample.h"
#include "support/test_collector.h"

namespace narthex {
namespace {

const std::string kEnd = " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";

// A server that runs until its test reads the counts.
class HttplibMetricsTest : public testing::Test {
 protected:
  HttplibMetricsTest() {
    // One thread, because a request is counted after its reply: a second one could count the next request first.
    server_.new_task_queue = [] { return new httplib::ThreadPool(1); };
    server_.Get("/hello", [this](const httplib::Request&, httplib::Response& response) {
      in_flight_ = sample(to_text(registry_), "http_in_flight_requests");
      response.set_content("hello", "text/plain");
    });
    server_.Post("/hello", [](const httplib::Request& request, httplib::Response& response) {
      response.status = 201;
      response.set_content(request.body, "text/plain");
    });
    server_.Get("/throws", [](const httplib::Request&, httplib::Response&) { throw std::runtime_error("no"); });
  }
  ~HttplibMetricsTest() override { counted(); }

  void start(HttplibHandlers own = {}) {
    instrument(server_, HttpMetrics(registry_, {.ignore = {"/metrics"}}), std::move(own));
    port_ = static_cast<std::uint16_t>(server_.bind_to_any_port("127.0.0.1"));
    thread_ = std::thread([this] { server_.listen_after_bind(); });
  }
  // Sends the request line, given without line end, and further lines. Returns the digits of the status.
  std::string ask(std::string_view line, std::string_view more = "") {
    return request(port_, std::string(line) + kEnd + std::string(more) + "\r\n").status();
  }
  // Waits for the responses of all requests, and returns the counts by code and method.
  std::string counted() {
    if (thread_.joinable()) {
      server_.stop();
      thread_.join();
    }
    return lines_with(to_text(registry_), "http_requests_total{");
  }
  double value_of(std::string_view series) const { return sample(to_text(registry_), series); }

  Registry registry_;
  httplib::Server server_;
  double in_flight_ = 0;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

std::string line(std::string_view code, std::string_view method, int count = 1) {
  return "http_requests_total{code=\"" + std::string(code) + "\",method=\"" + std::string(method) + "\"} " +
         std::to_string(count) + "\n";
}

TEST_F(HttplibMetricsTest, CountsRequestsWithAHandler) {
  start();
  EXPECT_EQ(ask("GET /hello?a=1"), "200");
  EXPECT_EQ(in_flight_, 1);
  EXPECT_EQ(ask("POST /hello", "Content-Length: 3\r\n\r\nabc"), "201");
  EXPECT_EQ(ask("HEAD /hello"), "200");
  EXPECT_EQ(counted(), line("200", "GET") + line("201", "POST") + line("200", "HEAD"));
  EXPECT_EQ(value_of("http_in_flight_requests"), 0);
  EXPECT_EQ(value_of("http_request_duration_seconds_count{method=\"GET\"}"), 1);
  EXPECT_EQ(value_of("http_request_size_bytes_count"), 3);
  EXPECT_EQ(value_of("http_request_size_bytes_sum"), 3);
  EXPECT_EQ(value_of("http_response_size_bytes_count"), 3);
  EXPECT_EQ(value_of("http_response_size_bytes_sum"), 5 + 3);
}

TEST_F(HttplibMetricsTest, CountsRequestsWithoutAHandler) {
  start();
  EXPECT_EQ(ask("GET /nowhere"), "404");
  EXPECT_EQ(ask("GET /throws"), "500");
  EXPECT_EQ(ask("DELETE /hello"), "404");
  EXPECT_EQ(counted(), line("404", "GET") + line("500", "GET") + line("404", "DELETE"));
  EXPECT_EQ(value_of("http_in_flight_requests"), 0);
}

TEST_F(HttplibMetricsTest, CountsInvalidHttp) {
  start();
  for (const std::string& bytes : {"BREW /hello" + kEnd, std::string("nonsense\r\n"), std::string("GET\r\n")}) {
    RawConnection connection(port_);
    connection.send(bytes + "\r\n");
    EXPECT_EQ(connection.receive(1).substr(0, 12), "HTTP/1.1 400");
  }
  EXPECT_EQ(ask("GET /hello", "Range: bytes=x\r\n"), "416");
  EXPECT_EQ(counted(), line("400", "other", 2) + line("400", "GET") + line("416", "GET"));
  EXPECT_EQ(value_of("http_in_flight_requests"), 0);
}

TEST_F(HttplibMetricsTest, CountsEveryRequestOfAConnection) {
  start();
  RawConnection connection(port_);
  connection.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
  connection.receive(1);
  connection.send("GET /hello" + kEnd + "\r\n");
  connection.receive();
  EXPECT_EQ(counted(), line("200", "GET", 2));
}

TEST_F(HttplibMetricsTest, LeavesOutIgnoredPaths) {
  start();
  EXPECT_EQ(ask("GET /metrics"), "404");
  EXPECT_EQ(ask("GET /hello"), "200");
  EXPECT_EQ(counted(), line("200", "GET"));
}

TEST_F(HttplibMetricsTest, ObservesTheSizeOfAStreamedBody) {
  server_.Get("/stream", [](const httplib::Request&, httplib::Response& response) {
    response.set_content_provider(10, "text/plain", [](std::size_t, std::size_t length, httplib::DataSink& sink) {
      return sink.write("0123456789", length);
    });
  });
  server_.Get("/chunks", [](const httplib::Request&, httplib::Response& response) {
    response.set_chunked_content_provider("text/plain", [](std::size_t, httplib::DataSink& sink) {
      sink.write("0123", 4);
      sink.done();
      return true;
    });
  });
  start();
  EXPECT_EQ(ask("GET /stream"), "200");
  EXPECT_EQ(ask("GET /chunks"), "200");
  EXPECT_EQ(counted(), line("200", "GET", 2));
  EXPECT_EQ(value_of("http_response_size_bytes_count"), 1);
  EXPECT_EQ(value_of("http_response_size_bytes_sum"), 10);
}

TEST_F(HttplibMetricsTest, IsInFlightUntilABodyIsStreamed) {
  server_.Get("/stream", [this](const httplib::Request&, httplib::Response& response) {
    response.set_content_provider(4, "text/plain", [this](std::size_t, std::size_t, httplib::DataSink& sink) {
      in_flight_ = sample(to_text(registry_), "http_in_flight_requests");
      return sink.write("0123", 4);
    });
  });
  start();
  EXPECT_EQ(ask("GET /stream"), "200");
  EXPECT_EQ(counted(), line("200", "GET"));
  EXPECT_EQ(in_flight_, 1);
  EXPECT_EQ(value_of("http_in_flight_requests"), 0);
}

TEST_F(HttplibMetricsTest, ObservesNoBodyOfAReplyWithoutOne) {
  server_.Get("/unchanged", [](const httplib::Request&, httplib::Response& response) {
    response.status = 304;
    response.set_header("Content-Length", "100");  // the length of the body that the client has
  });
  start();
  RawConnection connection(port_);
  connection.send("GET /unchanged" + kEnd + "\r\n");
  EXPECT_EQ(connection.receive(1).substr(0, 12), "HTTP/1.1 304");
  EXPECT_EQ(counted(), line("304", "GET"));
  EXPECT_EQ(value_of("http_response_size_bytes_count"), 1);
  EXPECT_EQ(value_of("http_response_size_bytes_sum"), 0);
}

// Returns false if this version of cpp-httplib has no WebSockets.
template <class Server>
bool add_websocket(Server& server) {
  const auto close = [](const auto&, auto&) {};
  if constexpr (requires { server.WebSocket("/socket", close); }) {
    server.WebSocket("/socket", close);
    return true;
  }
  return false;
}

TEST_F(HttplibMetricsTest, CountsNoWebSocket) {
  const bool has_websockets = add_websocket(server_);  // without them, the upgrade is an ordinary request
  start();
  const std::string upgrade =
      "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n"
      "Sec-WebSocket-Version: 13\r\n\r\n";
  for (const std::string path : {"/socket", "/nowhere"}) {
    RawConnection connection(port_);
    connection.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + upgrade);
    EXPECT_EQ(connection.receive(1).substr(0, 12),
              has_websockets && path == "/socket" ? "HTTP/1.1 101" : "HTTP/1.1 404");
  }
  EXPECT_EQ(counted(), line("404", "GET", has_websockets ? 1 : 2));
  EXPECT_EQ(value_of("http_in_flight_requests"), 0);
}

TEST_F(HttplibMetricsTest, IgnoresTheContentLengthOfTheClient) {
  server_.set_payload_max_length(1000);
  server_.set_read_timeout(std::chrono::milliseconds(50));  // it waits for the rest of what it refuses
  server_.Post("/read", [](const httplib::Request&, httplib::Response& response, const httplib::ContentReader& read) {
    read([](const char*, std::size_t) { return true; });
    response.status = 204;
  });
  start();
  // cpp-httplib 0.41 answers 400 if the client sends nothing, and 413 when it has read too much.
  const std::string too_much(2000, 'x');
  EXPECT_EQ(ask("POST /hello", "Content-Length: 99999999999999\r\n\r\n" + too_much), "413");
  EXPECT_EQ(ask("POST /read", "Content-Length: 3\r\n\r\nabc"), "204");
  EXPECT_EQ(counted(), line("413", "POST") + line("204", "POST"));
  EXPECT_EQ(value_of("http_request_size_bytes_count"), 0);
}

TEST_F(HttplibMetricsTest, CountsAClientThatDisconnectsEarly) {
  constexpr std::size_t kMoreThanSocketsHold = std::size_t{64} << 20;
  server_.Get("/long", [](const httplib::Request&, httplib::Response& response) {
    response.set_content_provider(kMoreThanSocketsHold, "text/plain",
                                  [](std::size_t, std::size_t, httplib::DataSink& sink) {
                                    const std::string piece(65536, 'x');
                                    return sink.write(piece.data(), piece.size());
                                  });
  });
  start();
  {
    RawConnection reader(port_);
    reader.send("GET /long" + kEnd + "\r\n");
    reader.receive(1);
  }
  {
    RawConnection writer(port_);
    writer.send("POST /hello" + kEnd + "Content-Length: 1000\r\n\r\nabc");
  }
  EXPECT_EQ(ask("GET /hello"), "200");
  EXPECT_EQ(lines_with(counted(), "http_requests_total{code=\"200\""), line("200", "GET", 2));
  EXPECT_EQ(value_of("http_requests_total{code=\"400\",method=\"POST\"}"), 1);
  EXPECT_EQ(value_of("http_in_flight_requests"), 0);
  EXPECT_EQ(value_of("http_response_size_bytes_sum"), kMoreThanSocketsHold + 5);  // as declared, not as sent
}

TEST_F(HttplibMetricsTest, CallsTheHandlersOfItsUser) {
  std::string logged;
  start({.pre_routing =
             [](const httplib::Request& request, httplib::Response& response) {
               if (request.path != "/teapot") return httplib::Server::HandlerResponse::Unhandled;
               response.status = 418;
               return httplib::Server::HandlerResponse::Handled;
             },
         .logger =
             [&](const httplib::Request& request, const httplib::Response& response) {
               logged += request.path + " " + std::to_string(response.status) + "\n";
             }});
  EXPECT_EQ(ask("GET /teapot"), "418");
  EXPECT_EQ(ask("GET /hello"), "200");
  EXPECT_EQ(counted(), line("418", "GET") + line("200", "GET"));
  EXPECT_EQ(logged, "/teapot 418\n/hello 200\n");
}

}  // namespace
}  // namespace narthex
