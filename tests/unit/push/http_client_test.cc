#include "push/http_client.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "support/scripted_server.h"

namespace narthex::detail {
namespace {

using std::chrono::milliseconds;
using Then = ScriptedReply::Then;

PushDeadline in(milliseconds time) { return PushDeadline(PushClock::now() + time); }

HttpReply send_to(const std::string& url, milliseconds time = milliseconds(10'000), std::size_t max_kept = 4096) {
  HttpClient client({.url = url});
  return client.send({.body = "hello", .max_kept = max_kept}, in(time));
}

// A file that is removed at the end.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content) { write(content); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { std::filesystem::remove(name_); }

  void write(const std::string& content) const { std::ofstream(name_, std::ios::trunc) << content; }
  const std::string& name() const { return name_; }

 private:
  const std::string name_ = ::testing::TempDir() + "http_client_test_file";
};

TEST(HttpClient, SendsHeadersAndBodyOnOneConnection) {
  const ScriptedServer server({ScriptedReply::of(204)});
  HttpClient client({.url = server.url() + "/api/v1/write", .headers = {"X-Scope-OrgID: a"}});
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(
        client.send({.body = "some bytes", .headers = {"X-Number: " + std::to_string(i)}}, in(milliseconds(10'000)))
            .status,
        204);
  }
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(requests[i].line(), "POST /api/v1/write HTTP/1.1");
    EXPECT_EQ(requests[i].header("X-Scope-OrgID"), "a");
    EXPECT_EQ(requests[i].header("X-Number"), std::to_string(i));
    EXPECT_EQ(requests[i].header("Expect"), "(none)");
    EXPECT_EQ(requests[i].body, "some bytes");
    EXPECT_EQ(requests[i].connection, 1);
  }
}

TEST(HttpClient, ReturnsHeadersWithNamesInLowerCase) {
  const ScriptedServer server({ScriptedReply::of(503, "Retry-After:  7 \r\nX-Empty:\r\n", "later")});
  const HttpReply reply = send_to(server.url());
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.body, "later");
  EXPECT_EQ(reply.header("retry-after"), "7");
  EXPECT_EQ(reply.header("x-empty"), "");
  EXPECT_EQ(reply.header("x-missing"), std::nullopt);
}

TEST(HttpClient, KeepsOnlyTheFirstBytesOfAReply) {
  const ScriptedServer server({ScriptedReply::of(200, {}, std::string(100'000, 'x'))});
  const HttpReply reply = send_to(server.url(), milliseconds(10'000), 10);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "xxxxxxxxxx");
  EXPECT_FALSE(reply.is_too_long);
}

TEST(HttpClient, EndsAReplyThatDoesNotEnd) {
  const std::string chunk = "10000\r\n" + std::string(65'536, 'x') + "\r\n";
  const ScriptedServer server(
      {{.bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk, .then = Then::close},
       {.bytes = "HTTP/1.1 200 OK\r\n\r\n" + chunk, .then = Then::repeat}});
  send_to(server.url());
  const HttpReply reply = send_to(server.url());
  EXPECT_EQ(reply.status, 200);
  EXPECT_TRUE(reply.is_too_long);
  EXPECT_EQ(reply.body.size(), 4096U);
}

TEST(HttpClient, FollowsTwoRedirectsOfTheSameOriginWithMethodAndBody) {
  const ScriptedServer server({ScriptedReply::of(307, "Location: /second\r\n"),
                               ScriptedReply::of(308, "Location: /third?a=b\r\n"), ScriptedReply::of(204)});
  EXPECT_EQ(send_to(server.url() + "/first").status, 204);
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 3U);
  EXPECT_EQ(requests[1].line(), "POST /second HTTP/1.1");
  EXPECT_EQ(requests[2].line(), "POST /third?a=b HTTP/1.1");
  EXPECT_EQ(requests[2].body, "hello");
}

TEST(HttpClient, FollowsNoThirdRedirect) {
  const ScriptedServer server({ScriptedReply::of(307, "Location: /again\r\n")});
  const HttpReply reply = send_to(server.url());
  EXPECT_EQ(reply.status, 307);
  EXPECT_EQ(reply.body, "more than 2 redirects, the last to '" + server.url() + "/again'");
  EXPECT_EQ(server.requests().size(), 3U);
}

TEST(HttpClient, FollowsNoRedirectToAnotherOrigin) {
  const ScriptedServer other({ScriptedReply::of(204)});
  for (const std::string& target :
       {other.url() + "/x", std::string("https://127.0.0.1/x"), std::string("ftp://127.0.0.1/x")}) {
    const ScriptedServer server({ScriptedReply::of(307, "Location: " + target + "\r\n")});
    const HttpReply reply = send_to(server.url());
    EXPECT_EQ(reply.status, 307) << target;
    EXPECT_EQ(reply.body, "redirect to '" + target + "', which is not followed");
  }
  EXPECT_TRUE(other.requests().empty());
}

TEST(HttpClient, FollowsNoRedirectOfAnotherStatus) {
  for (const int status : {301, 302, 303}) {
    const ScriptedServer server({ScriptedReply::of(status, "Location: /x\r\n")});
    EXPECT_EQ(send_to(server.url()).body, "redirect to '" + server.url() + "/x', which is not followed");
    EXPECT_EQ(server.requests().size(), 1U);
  }
}

TEST(HttpClient, ShowsNoPasswordOfARedirect) {
  const ScriptedServer server({ScriptedReply::of(302, "Location: http://u:secret@example.org/x\r\n")});
  EXPECT_EQ(send_to(server.url()).body, "redirect to 'http://example.org/x', which is not followed");
}

TEST(HttpClient, ReportsAConnectionThatIsRefused) {
  std::string url;
  {
    const ScriptedServer server({ScriptedReply::of(204)});
    url = server.url();
  }
  const HttpReply reply = send_to(url);
  EXPECT_EQ(reply.status, 0);
  EXPECT_EQ(reply.error, std::errc::connection_refused);
  EXPECT_NE(reply.body.find("onnect"), std::string::npos) << reply.body;
}

TEST(HttpClient, ReportsAConnectionThatEndsWithoutAReply) {
  const ScriptedServer server({{.then = Then::close}});
  const HttpReply reply = send_to(server.url());
  EXPECT_EQ(reply.status, 0);
  EXPECT_EQ(reply.body, "Empty reply from server");
}

TEST(HttpClient, LeavesTimeForAnotherAttemptIfAReceiverHangs) {
  const ScriptedServer server({{.then = Then::hang}});
  const auto start = PushClock::now();
  const HttpReply reply = send_to(server.url(), milliseconds(4'000));
  const auto duration = PushClock::now() - start;
  EXPECT_EQ(reply.error, std::errc::timed_out);
  EXPECT_LT(duration, milliseconds(3'900));
}

TEST(HttpClient, GivesItsLastAttemptAllTheTime) {
  const ScriptedServer server({{.then = Then::hang}});
  HttpClient client({.url = server.url()});
  const auto start = PushClock::now();
  EXPECT_EQ(client.send({.is_last_attempt = true}, in(milliseconds(2'000))).error, std::errc::timed_out);
  EXPECT_GE(PushClock::now() - start, milliseconds(1'900));
}

TEST(HttpClient, EndsWhenTheDeadlineBecomesEarlier) {
  const ScriptedServer server({{.then = Then::hang}});
  PushDeadline deadline = in(milliseconds(60'000));
  std::thread thread([&] {
    server.wait_for(1);
    deadline.shorten(PushClock::now());
  });
  HttpClient client({.url = server.url()});
  const auto start = PushClock::now();
  EXPECT_EQ(client.send({}, deadline).error, std::errc::timed_out);
  EXPECT_LT(PushClock::now() - start, milliseconds(10'000));
  thread.join();
}

TEST(HttpClient, ReadsTheTokenForEachRequest) {
  const ScriptedServer server({ScriptedReply::of(204)});
  const TemporaryFile file("first\n");
  HttpClient client({.url = server.url(), .connection = {.bearer_token_file = file.name()}});
  client.send({}, in(milliseconds(10'000)));
  file.write(" second ");
  client.send({}, in(milliseconds(10'000)));
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[0].header("Authorization"), "Bearer first");
  EXPECT_EQ(requests[1].header("Authorization"), "Bearer second");
}

TEST(HttpClient, SendsNoTokenThatIsNotOneWord) {
  const ScriptedServer server({ScriptedReply::of(204)});
  const TemporaryFile file("a\r\nX-Injected: b");
  HttpClient client({.url = server.url(), .connection = {.bearer_token_file = file.name()}});
  const HttpReply reply = client.send({}, in(milliseconds(10'000)));
  EXPECT_EQ(reply.status, 0);
  EXPECT_NE(reply.body.find("a token must be one word"), std::string::npos) << reply.body;
  EXPECT_TRUE(server.requests().empty());
}

TEST(HttpClient, SendsUserAndPassword) {
  const ScriptedServer server({ScriptedReply::of(204)});
  const TemporaryFile file("pass word\n");
  HttpClient client({.url = server.url(), .connection = {.user = "us:er", .password_file = file.name()}});
  client.send({}, in(milliseconds(10'000)));
  ASSERT_EQ(server.requests().size(), 1U);
  EXPECT_EQ(server.requests()[0].header("Authorization"), "Basic dXM6ZXI6cGFzcyB3b3Jk");  // us:er:pass word
}

TEST(HttpClient, ReportsAFileThatIsMissing) {
  HttpClient client({.url = "http://127.0.0.1:1", .connection = {.user = "u", .password_file = "/does/not/exist"}});
  const HttpReply reply = client.send({}, in(milliseconds(10'000)));
  EXPECT_EQ(reply.status, 0);
  EXPECT_EQ(reply.body, "file '/does/not/exist': cannot be read: No such file or directory");
}

TEST(HttpClient, ShowsItsUrlWithoutAPassword) {
  EXPECT_EQ(HttpClient({.url = "https://u:secret@example.org:444/a/../b?token=secret"}).shown_url(),
            "https://example.org:444/a/../b");
}

}  // namespace
}  // namespace narthex::detail
