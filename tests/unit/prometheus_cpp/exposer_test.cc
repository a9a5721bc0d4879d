#include <prometheus/exposer.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <narthex/narthex.h>
#include <narthex/prometheus_cpp.h>
#include <prometheus/registry.h>

#include "prometheus_cpp/basic_credentials.h"
#include "prometheus_cpp/listen_option.h"
#include "support/basic_authorization.h"
#include "support/error_message.h"
#include "support/http_client.h"
#include "support/temporary_folder.h"

namespace prometheus {
namespace {

using narthex::basic;
using narthex::error_message;
using narthex::get;
using narthex::HttpReply;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::shared_ptr<Registry> jobs_registry(double jobs = 3) {
  auto registry = std::make_shared<Registry>();
  BuildCounter().Name("jobs_total").Help("Jobs.").Register(*registry).Add({{"kind", "a"}}).Increment(jobs);
  return registry;
}

std::uint16_t port_of(const Exposer& exposer) { return static_cast<std::uint16_t>(exposer.GetListeningPorts().at(0)); }

HttpReply get_with(std::uint16_t port, const std::string& header) {
  return narthex::request(port,
                          "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + header + "\r\n\r\n");
}

TEST(PrometheusCppExposer, ServesCollectablesAndItsOwnMetrics) {
  Exposer exposer("127.0.0.1:0", 1);
  const auto registry = jobs_registry();
  exposer.RegisterCollectable(registry);
  const HttpReply first = get(port_of(exposer));
  EXPECT_EQ(first.status(), "200");
  EXPECT_THAT(first.head, HasSubstr("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8"));
  EXPECT_THAT(first.body, AllOf(HasSubstr("jobs_total{kind=\"a\"} 3\n"), HasSubstr("\nexposer_scrapes_total 0\n")));
  const HttpReply second = get(port_of(exposer));
  EXPECT_THAT(second.body, HasSubstr("\nexposer_scrapes_total 1\n"));
  EXPECT_THAT(second.body, HasSubstr("\nexposer_request_latencies_count 1\n"));
  EXPECT_THAT(second.body, HasSubstr("\nexposer_transferred_bytes_total " + std::to_string(first.body.size()) + "\n"));
}

TEST(PrometheusCppExposer, ServesTheFormatThatTheClientRequests) {
  Exposer exposer("127.0.0.1:0");
  const auto registry = jobs_registry();
  BuildGauge().Name("level").Help(std::string(1000, 'x')).Register(*registry).Add({}).Set(1);
  exposer.RegisterCollectable(registry);
  const HttpReply reply = get_with(port_of(exposer), "Accept: application/openmetrics-text;version=1.0.0");
  EXPECT_THAT(reply.head, HasSubstr("\r\nContent-Type: application/openmetrics-text; version=1.0.0"));
  EXPECT_THAT(reply.body, HasSubstr("\n# EOF\n"));
  EXPECT_THAT(get_with(port_of(exposer), "Accept-Encoding: gzip").head, HasSubstr("\r\nContent-Encoding: gzip\r\n"));
}

TEST(PrometheusCppExposer, ServesSeveralUris) {
  Exposer exposer("127.0.0.1:0");
  const auto fast = jobs_registry(1);
  const auto slow = jobs_registry(2);
  exposer.RegisterCollectable(fast, "/fast");
  exposer.RegisterCollectable(slow, "/slow");
  EXPECT_THAT(get(port_of(exposer), "/fast").body, HasSubstr("jobs_total{kind=\"a\"} 1\n"));
  EXPECT_THAT(get(port_of(exposer), "/fast/").body, HasSubstr("jobs_total{kind=\"a\"} 1\n"));
  EXPECT_THAT(get(port_of(exposer), "/slow").body, HasSubstr("jobs_total{kind=\"a\"} 2\n"));
  EXPECT_EQ(get(port_of(exposer)).status(), "404");
  exposer.RegisterCollectable(slow, "metrics");
  EXPECT_EQ(get(port_of(exposer)).status(), "200");
  EXPECT_THROW(exposer.RegisterCollectable(slow, "/a b"), std::runtime_error);
}

TEST(PrometheusCppExposer, DoesNotServeWhatWasRemovedOrHasEnded) {
  Exposer exposer("127.0.0.1:0");
  auto ended = jobs_registry(1);
  const auto removed = std::make_shared<Registry>();
  BuildGauge().Name("level").Register(*removed).Add({}).Set(1);
  exposer.RegisterCollectable(ended);
  exposer.RegisterCollectable(removed);
  EXPECT_THAT(get(port_of(exposer)).body, AllOf(HasSubstr("jobs_total"), HasSubstr("level 1\n")));
  ended.reset();
  exposer.RemoveCollectable(removed);
  EXPECT_THAT(get(port_of(exposer)).body, AllOf(Not(HasSubstr("jobs_total")), Not(HasSubstr("level"))));
}

TEST(PrometheusCppExposer, RemovesOneOfTheObjectsOfAnOwner) {
  struct App {
    Registry http;
    Registry database;
  };
  const auto app = std::make_shared<App>();
  BuildGauge().Name("http").Register(app->http).Add({}).Set(1);
  BuildGauge().Name("database").Register(app->database).Add({}).Set(1);
  Exposer exposer("127.0.0.1:0");
  const std::shared_ptr<Collectable> http(app, &app->http);
  const std::shared_ptr<Collectable> database(app, &app->database);
  exposer.RegisterCollectable(http);
  exposer.RegisterCollectable(database);
  exposer.RemoveCollectable(http);
  EXPECT_THAT(get(port_of(exposer)).body, AllOf(HasSubstr("database 1\n"), Not(HasSubstr("http 1\n"))));
}

TEST(PrometheusCppExposer, MergesTheFamiliesOfSeveralCollectables) {
  Exposer exposer("127.0.0.1:0");
  const auto first = jobs_registry(1);
  const auto second = jobs_registry(2);
  BuildCounter().Name("jobs_total").Help("Jobs.").Register(*second).Add({{"kind", "b"}}).Increment(4);
  narthex::Registry native;
  native.counter({.name = "native_total", .help = "Native."}).inc(5);
  const auto collectable = narthex::prometheus_collectable(native);
  exposer.RegisterCollectable(first);
  exposer.RegisterCollectable(second);
  exposer.RegisterCollectable(collectable);
  EXPECT_THAT(get(port_of(exposer)).body, HasSubstr(R"(# HELP jobs_total Jobs.
# TYPE jobs_total counter
jobs_total{kind="a"} 1
jobs_total{kind="b"} 4
# HELP native_total Native.
# TYPE native_total counter
native_total 5
)"));
}

TEST(PrometheusCppExposer, RequiresAuthentication) {
  Exposer exposer("127.0.0.1:0");
  const auto registry = jobs_registry();
  exposer.RegisterCollectable(registry);
  exposer.RegisterCollectable(registry, "/open");
  exposer.RegisterAuth([](const std::string& user, const std::string& password) { return user + password == "annpw"; },
                       "the \"realm\"");
  const std::uint16_t port = port_of(exposer);
  EXPECT_EQ(get(port, "/open").status(), "200");
  for (const std::string& header :
       {std::string("X: y"), "Authorization: " + basic("ann:no"), "Authorization: " + basic("annpw"),
        std::string("Authorization: Basic !!!!"), std::string("Authorization: Bearer annpw")}) {
    const HttpReply reply = get_with(port, header);
    EXPECT_EQ(reply.status(), "401") << header;
    EXPECT_THAT(reply.head, HasSubstr("\r\nWWW-Authenticate: Basic realm=\"the \\\"realm\\\"\"\r\n"));
    EXPECT_THAT(reply.body, Not(HasSubstr("jobs_total")));
  }
  EXPECT_THAT(get_with(port, "Authorization: " + basic("ann:pw")).body, HasSubstr("jobs_total"));
  exposer.RegisterAuth([](const std::string&, const std::string&) { return true; });
  EXPECT_EQ(get_with(port, "Authorization: " + basic("bob:x")).status(), "200");
  exposer.RegisterAuth([](const std::string&, const std::string&) -> bool { throw std::runtime_error("secret"); });
  const HttpReply failed = get_with(port, "Authorization: " + basic("bob:x"));
  EXPECT_EQ(failed.status() + failed.body, "500Internal Server Error\n");
}

TEST(PrometheusCppExposer, SurvivesACollectableThatThrows) {
  class Broken final : public Collectable {
   public:
    std::vector<MetricFamily> Collect() const override { throw std::runtime_error("no data"); }
  };
  Exposer exposer("127.0.0.1:0");
  const auto registry = jobs_registry();
  const auto broken = std::make_shared<Broken>();
  exposer.RegisterCollectable(broken);
  exposer.RegisterCollectable(registry);
  const HttpReply reply = get(port_of(exposer));
  EXPECT_EQ(reply.status(), "200");
  EXPECT_THAT(reply.body, HasSubstr("jobs_total"));
}

TEST(PrometheusCppExposer, TakesOptionsOfCivetweb) {
  const narthex::TemporaryFolder folder;
  const std::string socket = "unix:" + folder.root() + "/s";
  const Exposer exposer(std::vector<std::string>{"listening_ports", "127.0.0.1:0," + socket + ",0", "num_threads", "3",
                                                 "request_timeout_ms", "100", "keep_alive_timeout_ms", "500",
                                                 "enable_keep_alive", "yes", "tcp_nodelay", "1"});
  EXPECT_EQ(exposer.GetListeningPorts().size(), 2U);
}

TEST(PrometheusCppExposer, RejectsOptionsThatItDoesNotSupport) {
  EXPECT_EQ(
      error_message([] {
        Exposer(std::vector<std::string>{"document_root", "/srv"});
      }),
      "Exposer: option 'document_root' is not supported; allowed: listening_ports, num_threads, "
      "request_timeout_ms, keep_alive_timeout_ms, web_config_file, and connection_queue, enable_directory_listing, "
      "enable_keep_alive, error_log_file, linger_timeout_ms, listen_backlog, prespawn_threads, tcp_nodelay");
  EXPECT_EQ(error_message([] { Exposer(std::vector<std::string>{"num_threads"}); }),
            "Exposer: option 'num_threads' has no value");
  EXPECT_EQ(error_message([] {
              Exposer(std::vector<std::string>{"num_threads", "two"});
            }),
            "Exposer: option num_threads is 'two'; allowed: 0 to 1000");
  EXPECT_EQ(error_message([] {
              Exposer(std::vector<std::string>{"request_timeout_ms", "3600001"});
            }),
            "Exposer: option request_timeout_ms is '3600001'; allowed: 0 to 3600000");
  EXPECT_THROW(Exposer("+0"), std::runtime_error);
  EXPECT_EQ(error_message([] { Exposer("8443s"); }),
            "Exposer: address '8443s': the suffix 's' is not supported; set TLS with the option web_config_file");
  EXPECT_EQ(error_message([] { Exposer("127.0.0.1:0", 1, reinterpret_cast<CivetCallbacks*>(1)); }),
            "Exposer: callbacks of civetweb are not supported; allowed: a null pointer");
  const Exposer exposer("127.0.0.1:0");
  const std::string taken = "127.0.0.1:" + std::to_string(port_of(exposer));
  EXPECT_THROW(Exposer{taken}, std::runtime_error);
  EXPECT_THROW(Exposer("nonsense"), std::runtime_error);
}

TEST(PrometheusCppExposer, ListensOnAddressesOfCivetweb) {
  EXPECT_EQ(detail::listen_option("8080"), "0.0.0.0:8080");
  EXPECT_EQ(detail::listen_option("+8080"), "0.0.0.0:8080, [::]:8080");
  EXPECT_EQ(detail::listen_option("127.0.0.1:80, [::1]:81,localhost:82"), "127.0.0.1:80, [::1]:81, localhost:82");
  EXPECT_EQ(detail::listen_option("unix:/run/apps"), "unix:/run/apps");
  EXPECT_EQ(detail::listen_option("unix:/run/a:8s"), "unix:/run/a:8s");
}

TEST(PrometheusCppExposer, ReadsBasicCredentials) {
  using Credentials = std::pair<std::string, std::string>;
  EXPECT_EQ(detail::basic_credentials(basic("ann:p:w")), (Credentials{"ann", "p:w"}));
  EXPECT_EQ(detail::basic_credentials("basic " + narthex::base64(":")), (Credentials{"", ""}));
  for (std::string bytes = ":"; bytes.size() < 300; bytes += static_cast<char>(bytes.size())) {
    EXPECT_EQ(detail::basic_credentials(basic(bytes)), (Credentials{"", bytes.substr(1)}));
  }
  for (const char* bad :
       {"", "Basic", "Basic ", "Basic YQ==", "Basic Og", "Basic O===", "Basic Og==Og==", "Basic Og= ", "Digest Og=="}) {
    EXPECT_FALSE(detail::basic_credentials(bad)) << bad;
  }
}

}  // namespace
}  // namespace prometheus
