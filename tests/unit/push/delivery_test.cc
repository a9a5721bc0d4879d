#include "push/delivery.h"

#include <chrono>

#include <gtest/gtest.h>

#include "support/scripted_server.h"

namespace narthex::detail {
namespace {

using std::chrono::milliseconds;

constexpr RetryRules kRules{.is_retried = [](int status) { return status == 0 || status == 503; },
                            .first_wait = milliseconds(20),
                            .factor = 2,
                            .longest_wait = milliseconds(50)};

Delivery deliver_to(const ScriptedServer& server, milliseconds time, RetryRules rules = kRules) {
  HttpClient client({.url = server.url()});
  return deliver(client, {.body = "12345"}, rules, PushDeadline(PushClock::now() + time));
}

TEST(Delivery, SendsTheSameBodyAgainWithGrowingWaits) {
  const auto busy = ScriptedReply::of(503);
  const ScriptedServer server({busy, busy, busy, busy, ScriptedReply::of(204)});
  const Delivery delivery = deliver_to(server, milliseconds(10'000));
  EXPECT_EQ(delivery.reply.status, 204);
  EXPECT_EQ(delivery.attempts, 5);
  EXPECT_EQ(delivery.sent_bytes, 25U);
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 5U);
  constexpr milliseconds kLeastWaits[] = {milliseconds(16), milliseconds(32), milliseconds(40), milliseconds(40)};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(requests[i + 1].body, "12345");
    EXPECT_GE(requests[i + 1].at - requests[i].at, kLeastWaits[i]) << i;
  }
}

TEST(Delivery, DoesNotRepeatAFinalReply) {
  const ScriptedServer server({ScriptedReply::of(400, {}, "out of order sample")});
  const Delivery delivery = deliver_to(server, milliseconds(10'000));
  EXPECT_EQ(describe(delivery.reply), "HTTP status 400: 'out of order sample'");
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(Delivery, WaitsForTheTimeInRetryAfter) {
  const ScriptedServer server({ScriptedReply::of(503, "Retry-After: 1\r\n"), ScriptedReply::of(204)});
  EXPECT_EQ(deliver_to(server, milliseconds(10'000)).reply.status, 204);
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_GE(requests[1].at - requests[0].at, milliseconds(1'000));
}

TEST(Delivery, DoesNotRepeatWithoutAPause) {
  const ScriptedServer server({ScriptedReply::of(503, "Retry-After: 0\r\n")});
  EXPECT_LE(deliver_to(server, milliseconds(1'000)).attempts, 10);
}

TEST(Delivery, GivesUpBeforeAWaitThatIsTooLong) {
  const ScriptedServer server({ScriptedReply::of(503, "Retry-After: 3600\r\n")});
  const auto start = PushClock::now();
  EXPECT_EQ(deliver_to(server, milliseconds(60'000)).reply.status, 503);
  EXPECT_LT(PushClock::now() - start, milliseconds(30'000));
}

TEST(Delivery, EndsBeforeAWaitThatGrowsBeyondTheDeadline) {
  const ScriptedServer server({ScriptedReply::of(503)});
  RetryRules rules = kRules;
  rules.factor = 10'000;
  rules.longest_wait = milliseconds(200'000);
  const Delivery delivery = deliver_to(server, milliseconds(60'000), rules);
  EXPECT_EQ(delivery.reply.status, 503);
  EXPECT_EQ(delivery.attempts, 2);
}

TEST(Delivery, EndsAtTheDeadline) {
  const ScriptedServer server({ScriptedReply::of(503)});
  const auto start = PushClock::now();
  const Delivery delivery = deliver_to(server, milliseconds(2'000));
  EXPECT_EQ(delivery.reply.status, 503);
  EXPECT_GE(delivery.attempts, 2);
  EXPECT_GE(PushClock::now() - start, milliseconds(1'900));
  EXPECT_LT(PushClock::now() - start, milliseconds(30'000));
}

TEST(Delivery, HasTheReplyBeforeAnAttemptThatTheDeadlineCutsOff) {
  const ScriptedServer server({ScriptedReply::of(503, {}, "overloaded"), {.then = ScriptedReply::Then::hang}});
  RetryRules rules = kRules;
  rules.factor = 10'000;
  rules.longest_wait = milliseconds(200'000);
  const Delivery delivery = deliver_to(server, milliseconds(2'000), rules);
  EXPECT_EQ(describe(delivery.reply), "HTTP status 503: 'overloaded'");
  EXPECT_EQ(delivery.attempts, 2);
}

TEST(Delivery, EndsAfterTheLastAttempt) {
  const ScriptedServer server({ScriptedReply::of(503)});
  RetryRules rules = kRules;
  rules.max_attempts = 3;
  EXPECT_EQ(deliver_to(server, milliseconds(10'000), rules).attempts, 3);
}

TEST(Delivery, RepeatsAfterALostConnection) {
  const ScriptedServer server({{.then = ScriptedReply::Then::close}, ScriptedReply::of(204)});
  EXPECT_EQ(deliver_to(server, milliseconds(10'000)).reply.status, 204);
}

TEST(RetryAfter, IsSecondsOrADate) {
  const auto now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 29) + std::chrono::hours(12);
  EXPECT_EQ(retry_after("0", now), milliseconds(0));
  EXPECT_EQ(retry_after("120", now), milliseconds(120'000));
  EXPECT_EQ(retry_after("Sun, 29 Nov 2026 12:00:05 GMT", now), milliseconds(5'000));
  EXPECT_EQ(retry_after("Sun, 29 Nov 2026 11:00:00 GMT", now), milliseconds(0));
  EXPECT_EQ(retry_after("Sun, 29 Nov 2099 11:00:00 GMT", now), std::chrono::hours(24));
  EXPECT_EQ(retry_after("4294967295", now), std::chrono::hours(24));
  EXPECT_EQ(retry_after("Fri, 31 Dec 9999 23:59:59 GMT", now), std::chrono::hours(24));
  for (const char* text : {"", "-1", "1.5", "soon", "99999999999", "3 s"})
    EXPECT_EQ(retry_after(text, now), std::nullopt) << text;
}

TEST(DescribeReply, QuotesWhatIsReceived) {
  EXPECT_EQ(describe({.body = "Empty reply"}), "no reply: 'Empty reply'");
  EXPECT_EQ(describe({.status = 500, .body = "a\nb"}), "HTTP status 500: 'a\\x0ab'");
  EXPECT_LT(describe({.status = 500, .body = std::string(5'000, 'x')}).size(), 1'100U);
}

}  // namespace
}  // namespace narthex::detail
