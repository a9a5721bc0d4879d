#include <prometheus/gateway.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <prometheus/registry.h>

#include "support/one_reply_server.h"

namespace prometheus {
namespace {

using narthex::OneReplyServer;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kAccepted = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

std::string port_of(const OneReplyServer& server) { return server.url().substr(server.url().rfind(':') + 1); }

std::vector<std::string> first_lines(const OneReplyServer& server) {
  std::vector<std::string> lines;
  for (const std::string& request : server.requests())
    lines.push_back(request.substr(0, request.find(" HTTP/1.1\r\n")));
  return lines;
}

std::shared_ptr<Registry> jobs_registry() {
  auto registry = std::make_shared<Registry>();
  BuildCounter().Name("jobs_total").Help("Jobs.").Register(*registry).Add({{"kind", "a"}}).Increment(3);
  return registry;
}

// README of prometheus-cpp, and gateway.cc: Push() is POST, PushAdd() is PUT. Delete() deletes the job without its labels.
TEST(PrometheusCppGateway, UsesTheMethodsOfPrometheusCpp) {
  const OneReplyServer server(kAccepted);
  Gateway gateway("127.0.0.1", port_of(server), "backup", Gateway::GetInstanceLabel("web-1"));
  const auto registry = jobs_registry();
  gateway.RegisterCollectable(registry);
  EXPECT_EQ(gateway.Push(), 200);
  EXPECT_EQ(gateway.PushAdd(), 200);
  EXPECT_EQ(gateway.Delete(), 202);
  EXPECT_EQ(gateway.DeleteForInstance(), 202);
  EXPECT_THAT(first_lines(server),
              ElementsAre("POST /metrics/job/backup/instance/web-1", "PUT /metrics/job/backup/instance/web-1",
                          "DELETE /metrics/job/backup", "DELETE /metrics/job/backup/instance/web-1"));
  const std::string request = server.requests().at(0);
  EXPECT_THAT(request, HasSubstr("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
  EXPECT_THAT(request,
              HasSubstr("\r\n\r\n# HELP jobs_total Jobs.\n# TYPE jobs_total counter\njobs_total{kind=\"a\"} 3\n"));
}

TEST(PrometheusCppGateway, HasAsyncFunctions) {
  const OneReplyServer server(kAccepted);
  Gateway gateway("http://127.0.0.1", port_of(server), "backup");
  const auto registry = jobs_registry();
  gateway.RegisterCollectable(registry);
  EXPECT_EQ(gateway.AsyncPush().get(), 200);
  EXPECT_EQ(gateway.AsyncPushAdd().get(), 200);
  EXPECT_EQ(gateway.AsyncDelete().get(), 202);
  EXPECT_EQ(gateway.AsyncDeleteForInstance().get(), 202);
  EXPECT_THAT(first_lines(server), ElementsAre("POST /metrics/job/backup", "PUT /metrics/job/backup",
                                               "DELETE /metrics/job/backup", "DELETE /metrics/job/backup"));
}

TEST(PrometheusCppGateway, CollectsBeforeAnAsyncFunctionReturns) {
  const OneReplyServer server("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  Gateway gateway("127.0.0.1", port_of(server), "backup");
  auto registry = jobs_registry();
  gateway.RegisterCollectable(registry);
  gateway.RegisterCollectable(registry);
  std::future<int> status = gateway.AsyncPush();
  registry.reset();
  EXPECT_EQ(status.get(), 503);
  EXPECT_EQ(server.requests().size(), 2U) << "the error does not end the push";
}

// An empty body would delete the group.
TEST(PrometheusCppGateway, SendsNothingForACollectableThatThrows) {
  class Broken final : public Collectable {
   public:
    std::vector<MetricFamily> Collect() const override { throw std::runtime_error("no data"); }
  };
  const OneReplyServer server(kAccepted);
  Gateway gateway("127.0.0.1", port_of(server), "backup");
  const auto broken = std::make_shared<Broken>();
  gateway.RegisterCollectable(broken);
  EXPECT_THROW(gateway.Push(), std::runtime_error);
  EXPECT_THROW(gateway.PushAdd(), std::runtime_error);
  EXPECT_THROW(gateway.AsyncPush(), std::runtime_error);
  EXPECT_TRUE(server.requests().empty());
}

TEST(PrometheusCppGateway, EncodesLabelsAndSendsHeaders) {
  const OneReplyServer server(kAccepted);
  Gateway gateway("127.0.0.1", port_of(server), "a/b", {{"path", "/x"}, {"empty", ""}}, "ann", "p:w");
  EXPECT_TRUE(gateway.AddHttpHeader("X-Scope: team"));
  EXPECT_FALSE(gateway.AddHttpHeader("no colon"));
  EXPECT_FALSE(gateway.AddHttpHeader("X: a\r\nY: b"));
  const auto registry = jobs_registry();
  const Labels labels{{"shard", "1 2"}};
  gateway.RegisterCollectable(registry, &labels);
  EXPECT_EQ(gateway.Push(), 200);
  EXPECT_THAT(first_lines(server),
              ElementsAre("POST /metrics/job@base64/YS9i/empty@base64/=/path@base64/L3g/shard/1%202"));
  EXPECT_THAT(server.requests().at(0), HasSubstr("\r\nX-Scope: team\r\n"));
  EXPECT_THAT(server.requests().at(0), HasSubstr("\r\nAuthorization: Basic YW5uOnA6dw==\r\n"));
}

TEST(PrometheusCppGateway, ReturnsTheFirstError) {
  const OneReplyServer server("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  Gateway gateway("127.0.0.1", port_of(server), "backup");
  const auto registry = jobs_registry();
  gateway.RegisterCollectable(registry);
  gateway.RegisterCollectable(registry);
  EXPECT_EQ(gateway.Push(), 503);
  EXPECT_EQ(server.requests().size(), 1U);
  EXPECT_EQ(gateway.Delete(), 503);
}

TEST(PrometheusCppGateway, ReturnsANegativeCurlCodeWithoutAReply) {
  constexpr int kCouldNotConnect = 7;  // CURLE_COULDNT_CONNECT
  Gateway gateway("127.0.0.1", "1", "backup", {}, {}, {}, std::chrono::seconds(5));
  const auto registry = jobs_registry();
  gateway.RegisterCollectable(registry);
  EXPECT_EQ(gateway.Push(), -kCouldNotConnect);
  EXPECT_EQ(gateway.AsyncPush().get(), -kCouldNotConnect);
}

TEST(PrometheusCppGateway, SkipsCollectablesThatHaveEnded) {
  const OneReplyServer server(kAccepted);
  Gateway gateway("127.0.0.1", port_of(server), "backup");
  gateway.RegisterCollectable(jobs_registry());
  EXPECT_EQ(gateway.Push(), 200);
  EXPECT_TRUE(server.requests().empty());
  EXPECT_TRUE(Gateway::GetInstanceLabel("").empty());
}

}  // namespace
}  // namespace prometheus
