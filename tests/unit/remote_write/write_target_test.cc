#include "remote_write/write_target.h"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <narthex/registry.h>

#include "support/hex.h"
#include "support/scripted_server.h"
#include "unit/remote_write/decoded_request.h"

namespace narthex {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;

ScriptedReply written(int samples, int status = 204) {
  return ScriptedReply::of(status, "X-Prometheus-Remote-Write-Samples-Written: " + std::to_string(samples) +
                                       "\r\nX-Prometheus-Remote-Write-Histograms-Written: 0\r\n"
                                       "X-Prometheus-Remote-Write-Exemplars-Written: 0\r\n");
}

bool is_v2(const ScriptedRequest& request) { return request.header("X-Prometheus-Remote-Write-Version") == "2.0.0"; }

DecodedRequest decoded(const ScriptedRequest& request) {
  const std::string message = uncompressed(request.body);
  return is_v2(request) ? RequestDecoder::v2(message) : RequestDecoder::v1(message);
}

// Pushes the counters of a registry to a server that plays a list of replies.
class WriteTargetTest : public testing::Test {
 protected:
  void start(std::vector<ScriptedReply> replies) { start(std::move(replies), RemoteWriteVersion::v1); }
  void start(std::vector<ScriptedReply> replies, RemoteWriteVersion version, std::size_t max_samples = 2000) {
    server_ = std::make_unique<ScriptedServer>(std::move(replies));
    target_ = std::make_unique<detail::WriteTarget>(
        detail::WriteTarget::Options{.registry = registry_,
                                     .labels = {{"job", "j"}},
                                     .version = version,
                                     .limits = {.samples = max_samples},
                                     .now = [this] { return detail::PushTime(milliseconds(now_)); }},
        detail::HttpClient({.url = server_->url() + "/api/v1/write", .headers = {"User-Agent: narthex/test"}}));
  }
  detail::PushResult push(milliseconds timeout = milliseconds(10'000), bool is_last = false) {
    return target_->push(detail::PushDeadline(detail::PushClock::now() + timeout), is_last);
  }
  // The series of all requests from the first one of a push on.
  std::string series_from(std::size_t first) const {
    std::string all;
    const std::vector<ScriptedRequest> requests = server_->requests();
    for (std::size_t i = first; i < requests.size(); ++i) all += decoded(requests[i]).text();
    return all;
  }
  // "1" or "2" for each request.
  std::string versions() const {
    std::string all;
    for (const ScriptedRequest& request : server_->requests()) all += is_v2(request) ? "2" : "1";
    return all;
  }

  std::int64_t now_ = 1700000060000;
  Registry registry_;
  Family<Counter, 1> counters_ = registry_.counter({.name = "a_total", .help = "H."}, {"zone"});
  std::unique_ptr<ScriptedServer> server_;
  std::unique_ptr<detail::WriteTarget> target_;
};

// Case 343.
TEST_F(WriteTargetTest, SendsTheHeadersOf10) {
  counters_.labels("a").inc();
  start({ScriptedReply::of(204)});
  EXPECT_EQ(push().outcome, detail::PushOutcome::success);
  const ScriptedRequest request = server_->requests().at(0);
  EXPECT_EQ(request.line(), "POST /api/v1/write HTTP/1.1");
  EXPECT_EQ(request.header("Content-Type"), "application/x-protobuf");
  EXPECT_EQ(request.header("Content-Encoding"), "snappy");
  EXPECT_EQ(request.header("X-Prometheus-Remote-Write-Version"), "0.1.0");
  EXPECT_EQ(request.header("User-Agent"), "narthex/test");
  EXPECT_EQ(series_from(0), "{__name__=\"a_total\",job=\"j\",zone=\"a\"} 1.0 at 1700000060000\n");
}

// Cases 343 and 373.
TEST_F(WriteTargetTest, FindsOutThatTheReceiverSupports20) {
  counters_.labels("a").inc();
  start({written(0), written(1)}, RemoteWriteVersion::automatic);
  EXPECT_EQ(push().outcome, detail::PushOutcome::success);
  EXPECT_EQ(push().outcome, detail::PushOutcome::success);
  EXPECT_EQ(versions(), "222");
  const ScriptedRequest probe = server_->requests().at(0);
  EXPECT_EQ(hex(probe.body), "02042200");
  EXPECT_EQ(probe.header("Content-Type"), "application/x-protobuf;proto=io.prometheus.write.v2.Request");
  EXPECT_EQ(probe.header("Content-Encoding"), "snappy");
  EXPECT_EQ(probe.header("X-Prometheus-Remote-Write-Version"), "2.0.0");
  EXPECT_THAT(series_from(1), HasSubstr("{__name__=\"a_total\",job=\"j\",zone=\"a\"} 1.0 at 1700000060000 from "));
}

TEST_F(WriteTargetTest, FindsOutThatTheReceiverSupportsOnly10) {
  for (const int status : {204, 400, 415}) {
    counters_.labels("a").inc();
    start({ScriptedReply::of(status), ScriptedReply::of(204)}, RemoteWriteVersion::automatic);
    EXPECT_EQ(push().outcome, detail::PushOutcome::success);
    EXPECT_EQ(push().outcome, detail::PushOutcome::success);
    EXPECT_EQ(versions(), "211") << status;
    now_ += 3'600'000;
    push();
    EXPECT_EQ(versions(), "21121") << status;  // after an hour
  }
}

TEST_F(WriteTargetTest, ProbesAgainAfterAReplyThatDecidesNothing) {
  counters_.labels("a").inc();
  start({ScriptedReply::of(401), ScriptedReply::of(401), written(0), written(1)}, RemoteWriteVersion::automatic);
  EXPECT_EQ(push().outcome, detail::PushOutcome::rejected);
  EXPECT_EQ(push().outcome, detail::PushOutcome::success);
  EXPECT_EQ(versions(), "2122");
}

TEST_F(WriteTargetTest, ProbesAgainAfterAFailedAttempt) {
  counters_.labels("a").inc();
  start({ScriptedReply::of(204), ScriptedReply::of(503), ScriptedReply::of(204), written(0), written(1)},
        RemoteWriteVersion::automatic);
  EXPECT_EQ(push().outcome, detail::PushOutcome::success);
  EXPECT_EQ(push().outcome, detail::PushOutcome::success);
  EXPECT_EQ(versions(), "21122");
}

// Case 365.
TEST_F(WriteTargetTest, SendsAgainAs10IfTheReceiverHasReadAnEmptyMessage) {
  for (const char* zone : {"a", "b", "c"}) counters_.labels(zone).inc();
  start({written(0), written(2), ScriptedReply::of(204)}, RemoteWriteVersion::automatic, 2);
  EXPECT_EQ(push().outcome, detail::PushOutcome::success);
  EXPECT_EQ(versions(), "22211");
  const std::vector<ScriptedRequest> requests = server_->requests();
  EXPECT_EQ(decoded(requests[3]).text() + decoded(requests[4]).text(),
            "{__name__=\"a_total\",job=\"j\",zone=\"a\"} 1.0 at 1700000060001\n"
            "{__name__=\"a_total\",job=\"j\",zone=\"b\"} 1.0 at 1700000060001\n"
            "{__name__=\"a_total\",job=\"j\",zone=\"c\"} 1.0 at 1700000060001\n");
  push();
  EXPECT_EQ(versions(), "2221111");
}

// Case 366.
TEST_F(WriteTargetTest, SendsAgainAs10AfterStatus415) {
  counters_.labels("a").inc();
  start({written(0), ScriptedReply::of(415), ScriptedReply::of(204)}, RemoteWriteVersion::automatic);
  const detail::PushResult result = push();
  EXPECT_EQ(result.outcome, detail::PushOutcome::success);
  EXPECT_EQ(result.rejected_samples, 0u);
  EXPECT_EQ(versions(), "221");
}

TEST_F(WriteTargetTest, DoesNotFallBackFrom20IfTheOptionsRequireIt) {
  counters_.labels("a").inc();
  start({ScriptedReply::of(204)}, RemoteWriteVersion::v2);
  const detail::PushResult result = push();
  EXPECT_EQ(result.outcome, detail::PushOutcome::rejected);
  EXPECT_EQ(result.reason, server_->url() + "/api/v1/write: the receiver does not support Remote Write 2.0");
  EXPECT_EQ(result.rejected_samples, 1u);
  EXPECT_EQ(versions(), "2");
}

// Case 367.
TEST_F(WriteTargetTest, CountsWhatTheReceiverHasNotWritten) {
  for (const char* zone : {"a", "b"}) counters_.labels(zone).inc();
  start({written(1)}, RemoteWriteVersion::v2);
  const detail::PushResult result = push();
  EXPECT_EQ(result.outcome, detail::PushOutcome::rejected);
  EXPECT_EQ(result.reason, server_->url() + "/api/v1/write: the receiver has taken 1 of 2 samples of a request");
  EXPECT_EQ(result.rejected_samples, 1u);
  EXPECT_EQ(versions(), "2");
}

// Case 368.
TEST_F(WriteTargetTest, DropsARequestThatTheReceiverRefuses) {
  for (const char* zone : {"a", "b", "c"}) counters_.labels(zone).inc();
  ScriptedReply partly = ScriptedReply::of(400, "X-Prometheus-Remote-Write-Samples-Written: 1\r\n", "out of order");
  start({partly, written(1)}, RemoteWriteVersion::v2, 2);
  const detail::PushResult result = push();
  EXPECT_EQ(result.outcome, detail::PushOutcome::rejected);
  EXPECT_EQ(result.reason, server_->url() + "/api/v1/write: HTTP status 400: 'out of order'");
  EXPECT_EQ(result.rejected_samples, 1u);
  EXPECT_EQ(result.dropped_samples, 0u);
  EXPECT_EQ(server_->requests().size(), 2u);  // the second request is sent all the same
}

// Case 369.
TEST_F(WriteTargetTest, RetriesTheSameBytes) {
  counters_.labels("a").inc();
  const ScriptedReply busy = ScriptedReply::of(503);
  start({busy, busy, busy, ScriptedReply::of(204)});
  const detail::PushResult result = push();
  EXPECT_EQ(result.outcome, detail::PushOutcome::success);
  const std::vector<ScriptedRequest> requests = server_->requests();
  ASSERT_EQ(requests.size(), 4u);
  EXPECT_EQ(result.sent_bytes, 4 * requests[0].body.size());
  for (std::size_t i = 1; i < requests.size(); ++i) {
    EXPECT_EQ(requests[i].body, requests[0].body);
    EXPECT_GE(requests[i].at - requests[i - 1].at, milliseconds(30 * (1 << (i - 1)) * 8 / 10)) << i;
  }
}

// Case 370, with a shorter wait.
TEST_F(WriteTargetTest, HonoursRetryAfter) {
  counters_.labels("a").inc();
  start({ScriptedReply::of(429, "Retry-After: 1\r\n"), ScriptedReply::of(204)});
  EXPECT_EQ(push().outcome, detail::PushOutcome::success);
  const std::vector<ScriptedRequest> requests = server_->requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_GE(requests[1].at - requests[0].at, milliseconds(1000));
}

// Cases 371 and 372.
TEST_F(WriteTargetTest, DropsACollectionThatIsNotTakenInTime) {
  for (const ScriptedReply& reply : {ScriptedReply::of(500), ScriptedReply{"", ScriptedReply::Then::close}}) {
    for (const char* zone : {"a", "b", "c"}) counters_.labels(zone).inc();
    start({reply, reply, reply, ScriptedReply::of(204)}, RemoteWriteVersion::v1, 2);
    const detail::PushResult result = push(milliseconds(100));
    EXPECT_EQ(result.outcome, detail::PushOutcome::failed);
    EXPECT_THAT(result.reason, testing::AnyOf(HasSubstr("HTTP status 500"), HasSubstr("no reply")));
    EXPECT_EQ(result.dropped_samples, 3u);
    const std::size_t tried = server_->requests().size();
    EXPECT_GE(tried, 1u);
    now_ += 15'000;
    for (int i = 0; i < 3 && push().outcome != detail::PushOutcome::success; ++i) {
    }
    EXPECT_THAT(series_from(tried), HasSubstr("zone=\"c\"} "));
  }
}

TEST_F(WriteTargetTest, SendsNothingAfterTheDeadline) {
  counters_.labels("a").inc();
  start({ScriptedReply::of(204)});
  const detail::PushResult result = push(milliseconds(0));
  EXPECT_EQ(result.outcome, detail::PushOutcome::failed);
  EXPECT_EQ(result.reason, "no time was left");
  EXPECT_TRUE(server_->requests().empty());
}

// Case 374.
TEST_F(WriteTargetTest, LetsTheTimesRiseIfTheClockIsSetBack) {
  counters_.labels("a").inc();
  start({ScriptedReply::of(204)});
  push();
  now_ -= 5000;
  push();
  EXPECT_EQ(series_from(1), "{__name__=\"a_total\",job=\"j\",zone=\"a\"} 1.0 at 1700000060001\n");
}

// Case 364.
TEST_F(WriteTargetTest, SendsTheMetadataOf10OnceAMinute) {
  counters_.labels("a").inc();
  start({ScriptedReply::of(204)});
  for (const int seconds : {0, 15, 30, 30}) {
    now_ += 1000 * seconds;
    push();
  }
  std::vector<std::size_t> sizes;
  for (const ScriptedRequest& request : server_->requests()) sizes.push_back(decoded(request).metadata.size());
  EXPECT_THAT(sizes, ElementsAre(1, 0, 0, 1));
  EXPECT_THAT(decoded(server_->requests()[0]).metadata, ElementsAre("1 'a_total' 'H.'"));
}

// Case 358.
TEST_F(WriteTargetTest, MarksARemovedSeriesWhenAPushSucceeds) {
  counters_.labels("a").inc();
  counters_.labels("b").inc();
  start({ScriptedReply::of(204), ScriptedReply::of(500, "Retry-After: 3600\r\n"), ScriptedReply::of(204)});
  push();
  counters_.remove("b");
  now_ += 15'000;
  EXPECT_EQ(push().outcome, detail::PushOutcome::failed);
  const std::size_t tried = server_->requests().size();
  EXPECT_EQ(tried, 2U);
  now_ += 15'000;
  push();
  push();
  EXPECT_EQ(series_from(tried),
            "{__name__=\"a_total\",job=\"j\",zone=\"a\"} 1.0 at 1700000090000\n"
            "{__name__=\"a_total\",job=\"j\",zone=\"b\"} stale at 1700000090000\n"
            "{__name__=\"a_total\",job=\"j\",zone=\"a\"} 1.0 at 1700000090001\n");
}

TEST_F(WriteTargetTest, RepeatsTheMarkersOfARequestThatWasRefused) {
  counters_.labels("a").inc();
  counters_.labels("b").inc();
  start({ScriptedReply::of(204), ScriptedReply::of(400), ScriptedReply::of(204)});
  push();
  counters_.remove("b");
  EXPECT_EQ(push().outcome, detail::PushOutcome::rejected);
  push();
  push();
  EXPECT_EQ(series_from(2),
            "{__name__=\"a_total\",job=\"j\",zone=\"a\"} 1.0 at 1700000060002\n"
            "{__name__=\"a_total\",job=\"j\",zone=\"b\"} stale at 1700000060002\n"
            "{__name__=\"a_total\",job=\"j\",zone=\"a\"} 1.0 at 1700000060003\n");
}

TEST_F(WriteTargetTest, DoesNotRepeatTheMarkersOfARequestThatWasPartlyWritten) {
  counters_.labels("a").inc();
  counters_.labels("b").inc();
  start({written(2), written(1, 400), written(1)}, RemoteWriteVersion::v2);
  push();
  counters_.remove("b");
  EXPECT_EQ(push().outcome, detail::PushOutcome::rejected);
  push();
  EXPECT_THAT(series_from(1), HasSubstr("stale"));
  EXPECT_THAT(series_from(2), testing::Not(HasSubstr("stale")));
}

TEST_F(WriteTargetTest, MarksSeriesOfAPushOfWhichOneRequestWasRefused) {
  counters_.labels("a").inc();
  start({ScriptedReply::of(204), ScriptedReply::of(400), ScriptedReply::of(204)}, RemoteWriteVersion::v1, 1);
  push();
  counters_.labels("b").inc();
  EXPECT_EQ(push().outcome, detail::PushOutcome::rejected);  // the receiver has the second series
  counters_.remove("b");
  push();
  EXPECT_THAT(series_from(3), HasSubstr("zone=\"b\"} stale"));
}

// Case 359.
TEST_F(WriteTargetTest, MarksAllSeriesAtTheEnd) {
  for (const char* zone : {"a", "b", "c"}) counters_.labels(zone).inc();
  start({ScriptedReply::of(204)}, RemoteWriteVersion::v1, 2);
  EXPECT_EQ(push(milliseconds(10'000), /*is_last=*/true).outcome, detail::PushOutcome::success);
  EXPECT_EQ(server_->requests().size(), 4u);
  EXPECT_EQ(series_from(2),
            "{__name__=\"a_total\",job=\"j\",zone=\"a\"} stale at 1700000060001\n"
            "{__name__=\"a_total\",job=\"j\",zone=\"b\"} stale at 1700000060001\n"
            "{__name__=\"a_total\",job=\"j\",zone=\"c\"} stale at 1700000060001\n");
}

TEST_F(WriteTargetTest, SendsNothingForAnEmptyRegistry) {
  start({ScriptedReply::of(204)});
  EXPECT_EQ(push(milliseconds(10'000), /*is_last=*/true).outcome, detail::PushOutcome::success);
  EXPECT_TRUE(server_->requests().empty());
}

}  // namespace
}  // namespace narthex
