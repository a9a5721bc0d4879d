#include <narthex/civetweb_metrics.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

#include <civetweb.h>
#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "support/http_client.h"
#include "support/sample.h"
#include "support/test_collector.h"
#include "support/threads.h"

namespace narthex {
namespace {

// Stops a server. civetweb checks its stop flag every two seconds and at each connection, so this opens one.
void stop(mg_context* server, std::uint16_t port) {
  const Repeatedly knocks([port] {
    try {
      const RawConnection knock(port);
    } catch (const std::system_error&) {  // it has stopped to listen
    }
  });
  mg_stop(server);
}

int answer(mg_connection* connection, int code, std::string_view body) {
  mg_printf(connection, "HTTP/1.1 %d X\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", code,
            static_cast<int>(body.size()), std::string(body).c_str());
  return code;
}

// A server with callbacks and handlers of its own. It counts their calls.
class CivetwebMetricsTest : public testing::Test {
 protected:
  struct Calls {
    std::atomic<int> begun = 0;
    std::atomic<int> ended = 0;
    std::atomic<int> errors = 0;
    std::atomic<int> contexts = 0;
    std::atomic<int> threads = 0;
  };

  ~CivetwebMetricsTest() override { counted(); }

  void start() {
    mg_callbacks own{};
    own.begin_request = [](mg_connection* connection) {
      ++calls_of(connection).begun;
      return mg_get_request_info(connection)->local_uri == std::string_view("/teapot")
                 ? answer(connection, 418, "teapot")
                 : 0;
    };
    own.end_request = [](const mg_connection* connection, int) { ++calls_of(connection).ended; };
    own.http_error = [](mg_connection* connection, int, const char*) {
      ++calls_of(connection).errors;
      return 1;
    };
    own.init_context = [](const mg_context* context) { ++calls_of(context).contexts; };
    own.exit_context = [](const mg_context* context) { --calls_of(context).contexts; };
    own.init_thread = [](const mg_context* context, int type) -> void* {
      if (type == 1) ++calls_of(context).threads;
      return nullptr;
    };
    std::array<const char*, 7> options{"listening_ports", "127.0.0.1:0", "num_threads", "1",
                                       "document_root",   "/nowhere",    nullptr};
    const HttpMetrics metrics(registry_, {.routes = {"/hello"}, .ignore = {"/metrics"}});
    server_ = start_civetweb(metrics, &own, &calls_, options.data());
    ASSERT_NE(server_, nullptr);
    mg_server_port port{};
    ASSERT_EQ(mg_get_server_ports(server_, 1, &port), 1);
    port_ = static_cast<std::uint16_t>(port.port);
    mg_set_request_handler(server_, "/hello", hello, this);
    mg_set_request_handler(
        server_, "/metrics", [](mg_connection* c, void*) { return answer(c, 200, ""); }, nullptr);
    mg_set_request_handler(
        server_, "/careless", [](mg_connection* c, void*) { return answer(c, 200, "") > 0 ? 1 : 0; }, nullptr);
  }

  static int hello(mg_connection* connection, void* test) {
    auto* const self = static_cast<CivetwebMetricsTest*>(test);
    self->in_flight_ = sample(to_text(self->registry_), "http_in_flight_requests");
    set_civetweb_sizes({.response = 5});
    return answer(connection, 200, "hello");
  }

  std::string ask(std::string_view line) {
    return request(port_, std::string(line) + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").status();
  }
  // Waits for the responses of all requests, and returns the counts.
  std::string counted() {
    if (server_) stop(server_, port_);
    server_ = nullptr;
    return lines_with(to_text(registry_), "http_requests_total{");
  }

  static Calls& calls_of(const mg_connection* connection) {
    return *static_cast<Calls*>(mg_get_user_context_data(connection));
  }
  static Calls& calls_of(const mg_context* context) { return *static_cast<Calls*>(mg_get_user_data(context)); }

  Registry registry_;
  Calls calls_;
  mg_context* server_ = nullptr;
  std::atomic<double> in_flight_ = 0;
  std::uint16_t port_ = 0;
};

std::string line(std::string_view code, std::string_view method, std::string_view route, int count = 1) {
  return "http_requests_total{code=\"" + std::string(code) + "\",method=\"" + std::string(method) + "\",route=\"" +
         std::string(route) + "\"} " + std::to_string(count) + "\n";
}

TEST_F(CivetwebMetricsTest, CountsRequests) {
  start();
  EXPECT_EQ(ask("GET /hello?a=1"), "200");
  EXPECT_EQ(in_flight_, 1);
  EXPECT_EQ(ask("GET /nowhere"), "404");
  EXPECT_EQ(ask("HEAD /hello"), "200");
  EXPECT_EQ(ask("GET /teapot"), "418");
  EXPECT_EQ(ask("GET /metrics"), "200");
  EXPECT_EQ(ask("GET /careless"), "200");
  EXPECT_EQ(counted(), line("200", "GET", "/hello") + line("404", "GET", "other") + line("200", "HEAD", "/hello") +
                           line("418", "GET", "other") + line("other", "GET", "other"));
  const std::string text = to_text(registry_);
  EXPECT_EQ(sample(text, "http_in_flight_requests"), 0);
  EXPECT_EQ(sample(text, "http_request_duration_seconds_count{method=\"GET\",route=\"/hello\"}"), 1);
  EXPECT_EQ(sample(text, "http_response_size_bytes_count"), 2);
  EXPECT_EQ(sample(text, "http_response_size_bytes_sum"), 10);
  EXPECT_EQ(sample(text, "http_request_size_bytes_count"), 0);
}

TEST_F(CivetwebMetricsTest, CountsInvalidHttp) {
  start();
  EXPECT_EQ(ask("BREW /hello"), "400");
  EXPECT_EQ(request(port_, "nonsense\r\n\r\n").status(), "400");
  EXPECT_EQ(request(port_, "GET\r\n\r\n").status(), "400");
  EXPECT_EQ(request(port_, "GET /hello HTTP/9.9\r\n\r\n").status(), "505");
  EXPECT_EQ(ask("GET /hello"), "200");
  EXPECT_EQ(counted(), line("400", "other", "other", 3) + line("505", "other", "other") + line("200", "GET", "/hello"));
}

TEST_F(CivetwebMetricsTest, CountsAClientThatDisconnectsEarly) {
  start();
  { RawConnection(port_).send("GET /hel"); }
  { RawConnection(port_).send("GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"); }
  EXPECT_EQ(ask("GET /nowhere"), "404");
  EXPECT_EQ(counted(), line("400", "other", "other") + line("200", "GET", "/hello") + line("404", "GET", "other"));
  EXPECT_EQ(sample(to_text(registry_), "http_in_flight_requests"), 0);
}

TEST_F(CivetwebMetricsTest, CallsTheCallbacksOfItsUser) {
  start();
  EXPECT_EQ(calls_.contexts, 1);
  ask("GET /hello");
  ask("GET /nowhere");
  request(port_, "nonsense\r\n\r\n");
  counted();
  EXPECT_EQ(calls_.begun, 2);
  EXPECT_EQ(calls_.ended, 2);
  EXPECT_EQ(calls_.errors, 2);
  EXPECT_EQ(calls_.threads, 1);
  EXPECT_EQ(calls_.contexts, 0);
}

TEST_F(CivetwebMetricsTest, ReturnsNullIfCivetwebCannotStart) {
  std::array<const char*, 3> options{"listening_ports", "256.0.0.1:1", nullptr};
  EXPECT_EQ(start_civetweb(HttpMetrics(), nullptr, nullptr, options.data()), nullptr);
  start();
  EXPECT_EQ(ask("GET /hello"), "200");
}

TEST_F(CivetwebMetricsTest, CountsEachServerSeparately) {
  start();
  Registry other;
  std::array<const char*, 5> options{"listening_ports", "127.0.0.1:0", "num_threads", "1", nullptr};
  mg_context* const server = start_civetweb(HttpMetrics(other), nullptr, nullptr, options.data());
  mg_server_port port{};
  ASSERT_EQ(mg_get_server_ports(server, 1, &port), 1);
  EXPECT_EQ(get(static_cast<std::uint16_t>(port.port), "/hello").status(), "404");
  stop(server, static_cast<std::uint16_t>(port.port));
  EXPECT_EQ(lines_with(to_text(other), "http_requests_total{"), "http_requests_total{code=\"404\",method=\"GET\"} 1\n");
  EXPECT_EQ(counted(), "");
}

}  // namespace
}  // namespace narthex
