#include "otlp/otlp_target.h"

#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "support/gunzip.h"
#include "support/otlp_text.h"
#include "support/scripted_server.h"
#include "support/test_collector.h"

namespace narthex {
namespace {

using detail::PushClock;
using detail::PushDeadline;
using detail::PushOutcome;
using detail::PushResult;
using detail::PushTime;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kUnauthorized = "\x08\x10\x12\x0aNot \"yours";  // google.rpc.Status {code 16, message}

class OtlpTarget : public testing::Test {
 protected:
  OtlpTarget() { jobs_.inc(); }

  // Makes a target, whose settings the function may change.
  detail::otlp::Target target(const ScriptedServer& server,
                              const std::function<void(detail::otlp::Settings&)>& change = {}) {
    detail::otlp::Settings settings{.url = server.url() + "/v1/metrics"};
    if (change) change(settings);
    const detail::PushLog log("otlp exporter", [this](std::string_view line) { lines_.emplace_back(line); });
    return {registry_, settings, log, [this] { return now_; }};
  }

  static PushResult push(detail::otlp::Target& target, milliseconds timeout = milliseconds(120'000),
                         bool is_last = false) {
    return target.push(PushDeadline(PushClock::now() + timeout), is_last);
  }

  // Adds series that need three requests.
  void add_large_gauges() {
    const auto family = registry_.gauge({.name = "g", .help = "G.", .max_series = 0}, {"id"});
    for (int i = 0; i < 500; ++i) family.labels(std::string(20'000, 'x') + std::to_string(i)).set(i);
  }
  // Whether a request has the last data point of a series.
  static bool has_mark(const ScriptedRequest& request) {
    return otlp_metrics_text(request.body).find(R"("flags":1)") != std::string::npos;
  }

  Registry registry_;
  const Counter jobs_ = registry_.counter({.name = "jobs_total", .help = "Jobs."});
  PushTime now_{milliseconds(1'700'000'060'000)};
  std::vector<std::string> lines_;
};

TEST_F(OtlpTarget, SendsTheHeadersOfTheProtocol) {
  const ScriptedServer server({ScriptedReply::of(200)});
  auto otlp = target(server, [](auto& settings) { settings.headers = {"X-Scope-OrgID: team-a"}; });
  const PushResult result = push(otlp);
  EXPECT_EQ(result.outcome, PushOutcome::success);
  ASSERT_EQ(server.requests().size(), 1u);
  const ScriptedRequest request = server.requests()[0];
  EXPECT_EQ(request.line(), "POST /v1/metrics HTTP/1.1");
  EXPECT_EQ(request.header("Content-Type"), "application/x-protobuf");
  EXPECT_EQ(request.header("Content-Encoding"), "(none)");
  EXPECT_EQ(request.header("User-Agent"), "narthex/" + std::string(kVersion));
  EXPECT_EQ(request.header("X-Scope-OrgID"), "team-a");
  EXPECT_EQ(result.sent_bytes, request.body.size());
  EXPECT_THAT(otlp_metrics_text(request.body),
              testing::HasSubstr(R"("name":"jobs_total","description":"Jobs.","sum")"));
}

TEST_F(OtlpTarget, KeepsTheConnection) {
  const ScriptedServer server({ScriptedReply::of(200)});
  auto otlp = target(server);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(push(otlp).outcome, PushOutcome::success);
  ASSERT_EQ(server.requests().size(), 3u);
  EXPECT_EQ(server.requests()[2].connection, 1);
}

TEST_F(OtlpTarget, SendsNothingForAnEmptyRegistry) {
  const ScriptedServer server({ScriptedReply::of(200)});
  registry_.clear();
  auto otlp = target(server);
  EXPECT_EQ(push(otlp).outcome, PushOutcome::success);
  EXPECT_THAT(server.requests(), IsEmpty());
}

// Case 338.
TEST_F(OtlpTarget, CompressesTheSameBytes) {
  const ScriptedServer server({ScriptedReply::of(200)});
  for (const bool is_compressed : {false, true}) {  // each has a connection
    auto otlp = target(server, [&](auto& settings) { settings.is_compressed = is_compressed; });
    EXPECT_EQ(push(otlp).outcome, PushOutcome::success);
  }
  ASSERT_EQ(server.requests().size(), 2u);
  EXPECT_EQ(server.requests()[1].header("Content-Encoding"), "gzip");
  EXPECT_EQ(gunzip(server.requests()[1].body), server.requests()[0].body);
}

// Case 333, with a shorter wait.
TEST_F(OtlpTarget, SendsTheSameBytesAgainAfterTheTimeOfRetryAfter) {
  const ScriptedServer server({ScriptedReply::of(503, "Retry-After: 1\r\n"), ScriptedReply::of(200)});
  auto otlp = target(server);
  const PushResult result = push(otlp);
  EXPECT_EQ(result.outcome, PushOutcome::success);
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0].body, requests[1].body);
  EXPECT_GE(requests[1].at - requests[0].at, milliseconds(990));
  EXPECT_EQ(result.sent_bytes, 2 * requests[0].body.size());
}

TEST_F(OtlpTarget, SendsAgainAfterEachStatusOfOpenTelemetry) {
  for (const int status : {429, 502, 503, 504}) {
    const ScriptedServer server({ScriptedReply::of(status, "Retry-After: 0\r\n"), ScriptedReply::of(200)});
    auto otlp = target(server);
    EXPECT_EQ(push(otlp).outcome, PushOutcome::success) << status;
    EXPECT_EQ(server.requests().size(), 2u) << status;
  }
}

// Case 334.
TEST_F(OtlpTarget, DropsARequestThatIsRefused) {
  for (const int status : {301, 400, 401, 404, 408, 413, 500, 501}) {
    const ScriptedServer server({ScriptedReply::of(status, {}, "no \"such\" path"), ScriptedReply::of(200)});
    auto otlp = target(server);
    const PushResult result = push(otlp);
    EXPECT_EQ(result.outcome, PushOutcome::rejected) << status;
    EXPECT_EQ(result.reason,
              server.url() + "/v1/metrics: HTTP status " + std::to_string(status) + ": 'no \"such\" path'");
    EXPECT_EQ(result.rejected_samples, 1u);
    EXPECT_EQ(server.requests().size(), 1u);
    EXPECT_EQ(push(otlp).outcome, PushOutcome::success);
  }
}

TEST_F(OtlpTarget, ShowsTheMessageOfAStatusInProtobuf) {
  const ScriptedServer server(
      {ScriptedReply::of(401, "Content-Type: application/x-protobuf\r\n", std::string(kUnauthorized))});
  auto otlp = target(server);
  EXPECT_EQ(push(otlp).reason, server.url() + "/v1/metrics: HTTP status 401: 'Not \"yours'");
}

TEST_F(OtlpTarget, ReportsARequestThatGotNoReplyInTime) {
  const ScriptedServer server({{.then = ScriptedReply::Then::hang}});
  auto otlp = target(server);
  const PushResult result = push(otlp, milliseconds(100));
  EXPECT_EQ(result.outcome, PushOutcome::failed);
  EXPECT_THAT(result.reason, testing::StartsWith(server.url() + "/v1/metrics: no reply: "));
  EXPECT_EQ(result.rejected_samples, 0u);
}

// Case 335: ExportMetricsServiceResponse { partial_success { rejected_data_points, error_message } }.
TEST_F(OtlpTarget, CountsDataPointsThatWereNotTaken) {
  for (int i = 0; i < 3; ++i) registry_.gauge({.name = "g" + std::to_string(i), .help = "G."}).set(1);
  const ScriptedServer server({ScriptedReply::of(200, {},
                                                 "\x0a\x07\x08\x03\x12\x03"
                                                 "bad"),
                               ScriptedReply::of(200)});
  auto otlp = target(server);
  const PushResult result = push(otlp);
  EXPECT_EQ(result.outcome, PushOutcome::rejected);
  EXPECT_EQ(result.rejected_samples, 3u);
  EXPECT_EQ(result.reason, server.url() + "/v1/metrics: the receiver has not taken 3 of 4 data points: 'bad'");
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST_F(OtlpTarget, CountsAtMostTheDataPointsOfTheRequest) {
  const std::string many = "\x0a\x0b\x08\xff\xff\xff\xff\xff\xff\xff\xff\x7f\x20";  // 2^63 - 1, and half a field
  const ScriptedServer server({ScriptedReply::of(200, {}, many.substr(0, many.size() - 1) + "\x12"),
                               ScriptedReply::of(200, {}, "\x0a\x0a" + many.substr(2, 10))});
  auto otlp = target(server);
  EXPECT_EQ(push(otlp).outcome, PushOutcome::success);  // not a valid message
  EXPECT_EQ(push(otlp).rejected_samples, 1u);
}

TEST_F(OtlpTarget, LogsAWarningOnce) {
  const ScriptedReply warning = ScriptedReply::of(200, {},
                                                  "\x0a\x05\x12\x03"
                                                  "old");
  const ScriptedReply negative = ScriptedReply::of(200, {}, "\x0a\x0b\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
  const ScriptedServer server({warning, warning, negative, ScriptedReply::of(200, {}, std::string("\x0a\0", 2)),
                               ScriptedReply::of(200, {}, "<html>")});
  auto otlp = target(server);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(push(otlp).outcome, PushOutcome::success) << i;
  EXPECT_THAT(lines_, ElementsAre("otlp exporter: " + server.url() +
                                  "/v1/metrics: the receiver has taken all data points with a warning: 'old'"));
}

TEST_F(OtlpTarget, LogsOneWarningOfAPush) {
  add_large_gauges();
  const auto warning = [](std::string_view text) {
    return ScriptedReply::of(200, {}, "\x0a\x05\x12\x03" + std::string(text));
  };
  const ScriptedServer server(
      {warning("one"), warning("two"), warning("old"), warning("one"), warning("two"), warning("old"), warning("new")});
  auto otlp = target(server);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(push(otlp).outcome, PushOutcome::success) << i;
  const std::string start =
      "otlp exporter: " + server.url() + "/v1/metrics: the receiver has taken all data points with a warning: ";
  EXPECT_THAT(lines_, ElementsAre(start + "'one'", start + "'new'"));
}

TEST_F(OtlpTarget, GivesUpAReplyThatIsTooLong) {
  const ScriptedServer server(
      {{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n" + std::string(100'000, 'x'),
        .then = ScriptedReply::Then::repeat}});
  auto otlp = target(server);
  const PushResult result = push(otlp);
  EXPECT_EQ(result.outcome, PushOutcome::rejected);
  EXPECT_EQ(result.reason, server.url() + "/v1/metrics: HTTP status 200: the reply is larger than 4 MiB");
  EXPECT_EQ(server.requests().size(), 1u);
}

// Case 337.
TEST_F(OtlpTarget, SendsRisingTimesIfTheClockStepsBack) {
  const ScriptedServer server({ScriptedReply::of(200)});
  auto otlp = target(server);
  push(otlp);
  now_ -= milliseconds(1000);
  push(otlp);
  now_ += milliseconds(5000);
  push(otlp);
  ASSERT_EQ(server.requests().size(), 3u);
  const auto has_time = [&](std::size_t request, std::string_view time) {
    const std::string text = otlp_metrics_text(server.requests()[request].body);
    return text.find(R"("timeUnixNano":")" + std::string(time) + "000000\"") != std::string::npos;
  };
  EXPECT_TRUE(has_time(0, "1700000060000"));
  EXPECT_TRUE(has_time(1, "1700000060001"));
  EXPECT_TRUE(has_time(2, "1700000064000"));
}

TEST_F(OtlpTarget, MarksARemovedSeriesUntilTheReceiverHasGotIt) {
  for (const int status : {503, 500}) {
    const Gauge gone = registry_.gauge({.name = "gone", .help = "G."});
    const ScriptedServer server(
        {ScriptedReply::of(200), ScriptedReply::of(status, "Retry-After: 3600\r\n"), ScriptedReply::of(200)});
    auto otlp = target(server);
    push(otlp);
    registry_.remove("gone");
    EXPECT_NE(push(otlp).outcome, PushOutcome::success);
    for (int i = 0; i < 2; ++i) push(otlp);
    const auto requests = server.requests();
    ASSERT_EQ(requests.size(), 4u);
    for (const std::size_t i : {1u, 2u, 3u}) EXPECT_EQ(has_mark(requests[i]), i < 3) << status << ' ' << i;
  }
}

// It would also refuse them the next time.
TEST_F(OtlpTarget, DoesNotRepeatTheLastPointsThatTheReceiverRefuses) {
  const ScriptedServer server({ScriptedReply::of(200), ScriptedReply::of(400), ScriptedReply::of(200)});
  auto otlp = target(server);
  push(otlp);
  registry_.remove("jobs_total");
  for (int i = 0; i < 3; ++i) push(otlp);
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 2u);  // the other pushes have nothing to send
  EXPECT_TRUE(has_mark(requests[1]));
}

TEST_F(OtlpTarget, MarksAllSeriesAtTheEndAfterARefusedPush) {
  const ScriptedServer server({ScriptedReply::of(200), ScriptedReply::of(400), ScriptedReply::of(200)});
  auto otlp = target(server, [&](auto& settings) { settings.marks_stale_at_end = true; });
  push(otlp);
  EXPECT_EQ(push(otlp, milliseconds(120'000), true).outcome, PushOutcome::rejected);
  ASSERT_EQ(server.requests().size(), 3u);
  EXPECT_TRUE(has_mark(server.requests()[2]));
}

TEST_F(OtlpTarget, MarksAllSeriesAtTheEndIfTheOptionSaysSo) {
  for (const bool marks : {true, false}) {
    const ScriptedServer server({ScriptedReply::of(200)});
    auto otlp = target(server, [&](auto& settings) { settings.marks_stale_at_end = marks; });
    push(otlp);
    push(otlp, milliseconds(120'000), true);
    const auto requests = server.requests();
    ASSERT_EQ(requests.size(), marks ? 3u : 2u);
    EXPECT_THAT(otlp_metrics_text(requests[1].body),
                testing::HasSubstr(R"("timeUnixNano":"1700000060001000000","asDouble":1})"));
    if (!marks) continue;
    EXPECT_THAT(otlp_metrics_text(requests[2].body),
                testing::HasSubstr(R"("timeUnixNano":"1700000060002000000","asDouble":0,"flags":1})"));
  }
}

TEST_F(OtlpTarget, SendsNothingWithoutTime) {
  const ScriptedServer server({ScriptedReply::of(200)});
  auto otlp = target(server);
  const PushResult result = push(otlp, milliseconds(0), true);
  EXPECT_EQ(result.outcome, PushOutcome::failed);
  EXPECT_EQ(result.reason, "no time was left");
  EXPECT_THAT(server.requests(), IsEmpty());
}

TEST_F(OtlpTarget, LogsEachReasonForDroppedSamplesOnce) {
  registry_.gauge_histogram({.name = "waiting", .help = "W.", .buckets = {1}}).inc(1);
  registry_.gauge({.name = "_", .help = "G."}).set(1);
  const ScriptedServer server({ScriptedReply::of(200)});
  auto otlp = target(server);
  for (int i = 0; i < 2; ++i) {
    const PushResult result = push(otlp);
    EXPECT_EQ(result.outcome, PushOutcome::success);
    EXPECT_EQ(result.dropped_samples, 2u);
  }
  EXPECT_THAT(lines_,
              ElementsAre("otlp exporter: metric 'waiting': OTLP has no type for gauge histograms; such samples "
                          "are not sent, but counted",
                          "otlp exporter: metric '_': a receiver may refuse a name that consists of underscores; "
                          "such samples are not sent, but counted"));
}

TEST_F(OtlpTarget, SendsALargeRegistryInSeveralRequests) {
  add_large_gauges();
  const ScriptedServer server({ScriptedReply::of(200), ScriptedReply::of(500, {}, "full"), ScriptedReply::of(200)});
  auto otlp = target(server);
  const PushResult result = push(otlp);
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 3u);
  for (const ScriptedRequest& request : requests) EXPECT_LE(request.body.size(), std::size_t{4} << 20);
  EXPECT_EQ(result.outcome, PushOutcome::rejected);  // and the last request was sent all the same
  EXPECT_GT(result.rejected_samples, 100u);
  EXPECT_LT(result.rejected_samples, 300u);
}

// It would not take the others either, and each one would wait.
TEST_F(OtlpTarget, EndsAPushAtARequestThatGetsNoReply) {
  add_large_gauges();
  for (const ScriptedReply& reply :
       {ScriptedReply::of(503, "Retry-After: 60\r\n"), ScriptedReply::of(429, "Retry-After: 60\r\n"),
        ScriptedReply{.then = ScriptedReply::Then::hang}}) {
    const ScriptedServer server({reply});
    auto otlp = target(server);
    EXPECT_EQ(push(otlp, milliseconds(200)).outcome, PushOutcome::failed);
    std::set<std::size_t> sizes;  // those of the requests differ
    for (const ScriptedRequest& request : server.requests()) sizes.insert(request.body.size());
    EXPECT_LE(sizes.size(), 1u);
  }
}

}  // namespace
}  // namespace narthex
