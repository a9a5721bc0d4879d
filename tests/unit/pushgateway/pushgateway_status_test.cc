#include <narthex/pushgateway_exporter.h>

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "support/one_reply_server.h"

namespace narthex {
namespace {

std::string reply_with(int status, const std::string& body = {}) {
  return "HTTP/1.1 " + std::to_string(status) + " Some reason\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\nConnection: close\r\n\r\n" + body;
}

PushgatewayExporter exporter_for(const OneReplyServer& server, int attempts = 1) {
  Registry registry;
  registry.counter({.name = "runs_total", .help = "Runs."}).inc();
  return {registry, {.url = server.url(), .job = "backup", .attempts = attempts}};
}

// Returns the text and the status of the error.
std::pair<std::string, int> error_of(const PushgatewayExporter& exporter) {
  try {
    exporter.push();
  } catch (const PushError& error) {
    return {error.what(), error.status()};
  }
  return {"none", 0};
}

std::string first_line(const std::string& request) { return request.substr(0, request.find('\r')); }

TEST(PushgatewayStatus, From200To299IsSuccess) {
  for (const int status : {200, 201, 202, 203, 204, 205, 206, 226, 250, 299}) {
    const OneReplyServer server(reply_with(status));
    const PushgatewayExporter exporter = exporter_for(server);
    EXPECT_NO_THROW(exporter.push()) << status;
    EXPECT_NO_THROW(exporter.add()) << status;
    EXPECT_NO_THROW(exporter.remove()) << status;
    const std::vector<std::string> requests = server.requests();
    ASSERT_EQ(requests.size(), 3U) << status;
    EXPECT_EQ(first_line(requests[0]), "PUT /metrics/job/backup HTTP/1.1");
    EXPECT_EQ(first_line(requests[1]), "POST /metrics/job/backup HTTP/1.1");
    EXPECT_EQ(first_line(requests[2]), "DELETE /metrics/job/backup HTTP/1.1");
    EXPECT_NE(requests[0].find("\r\n\r\n# HELP runs_total Runs.\n"), std::string::npos) << requests[0];
  }
}

TEST(PushgatewayStatus, OfSuccessNeedsNoLength) {
  const OneReplyServer server("HTTP/1.1 204 No Content\r\n\r\n");
  EXPECT_NO_THROW(exporter_for(server).push());
}

TEST(PushgatewayStatus, AfterAnInterimReplyIsSuccess) {
  const OneReplyServer server("HTTP/1.1 103 Early Hints\r\n\r\n" + reply_with(204));
  EXPECT_NO_THROW(exporter_for(server).push());
}

TEST(PushgatewayStatus, BelowOrAboveIsQuotedInTheErrorAndSentOnce) {
  for (const int status : {300, 301, 302, 304, 307, 399, 400, 401, 404, 409, 413, 418, 499}) {
    const std::string body = status == 304 ? "" : "no \"such\"\nthing";
    const OneReplyServer server(reply_with(status, body));
    const auto [text, reported] = error_of(exporter_for(server, 3));
    EXPECT_EQ(text, "pushgateway exporter: PUT " + server.url() + "/metrics/job/backup: HTTP status " +
                        std::to_string(status) + " in attempt 1 of 3: '" +
                        (body.empty() ? "" : "no \"such\"\\x0athing") + "'");
    EXPECT_EQ(reported, status);
    EXPECT_EQ(server.requests().size(), 1U);
  }
}

TEST(PushgatewayStatus, ThatMayPassIsRepeated) {
  for (const int status : {429, 500, 503, 599}) {
    const OneReplyServer server(reply_with(status, "later"));
    const auto [text, reported] = error_of(exporter_for(server, 2));
    EXPECT_EQ(text, "pushgateway exporter: PUT " + server.url() + "/metrics/job/backup: HTTP status " +
                        std::to_string(status) + " in attempt 2 of 2: 'later'");
    EXPECT_EQ(reported, status);
    EXPECT_EQ(server.requests().size(), 2U);
  }
}

// 101 is a final reply: nothing that the client understands follows it.
TEST(PushgatewayStatus, Below200IsAnError) {
  const OneReplyServer server("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n");
  EXPECT_NE(error_of(exporter_for(server)).first, "none");
}

}  // namespace
}  // namespace narthex
