#include <atomic>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <narthex/civetweb_exporter.h>
#include <narthex/narthex.h>
#include <sys/stat.h>

#include "support/error_message.h"
#include "support/http_client.h"
#include "support/temporary_folder.h"
#include "support/test_certificate.h"

namespace narthex {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kBody = "# HELP jobs_total Jobs done.\n# TYPE jobs_total counter\njobs_total 3\n";
// Output of `htpasswd -nbBC 4 ali "open sesame"`.
const std::string kUsers = "basic_auth_users:\n  ali: $2y$04$cTdlIu0f0rUhDVvPnWew8OmIdrlRqojp9aqmcXcGx1Euo/MuxK2p6\n";
const std::string kAli = "Authorization: Basic YWxpOm9wZW4gc2VzYW1l\r\n";
const std::string kAliWithout = "Authorization: Basic YWxpOm9wZW4gYmFybGV5\r\n";  // open barley

Registry example() {
  Registry registry;
  registry.counter({.name = "jobs_total", .help = "Jobs done."}).inc(3);
  return registry;
}

// An exporter with a configuration file that the test can replace.
class WebConfigFile : public testing::Test {
 protected:
  void start(const std::string& text) {
    write(text);
    const auto log = [this](std::string_view line) {
      const std::lock_guard lock(mutex_);
      log_.emplace_back(line);
    };
    exporter_.emplace(example(),
                      CivetwebOptions{.listen = "127.0.0.1:0", .web_config_file = file(), .diagnostic = log});
  }
  void write(const std::string& text) const { files_.write("web.yml", text); }
  void replace(const std::string& text) const {
    files_.write("web.yml.new", text);
    std::filesystem::rename(files_.root() + "/web.yml.new", file());
  }
  std::string file() const { return files_.root() + "/web.yml"; }

  // Returns the reply to a request with these header lines.
  HttpReply get(const std::string& lines = "", const std::string& path = "/metrics") const {
    return request(exporter_->port(), "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + lines + "\r\n");
  }

  TemporaryFolder files_;
  std::mutex mutex_;
  std::vector<std::string> log_;
  std::optional<CivetwebExporter> exporter_;
};

TEST_F(WebConfigFile, MayBeEmpty) {
  start("");
  EXPECT_EQ(get().body, kBody);
  EXPECT_EQ(get(kAliWithout).body, kBody);
}

// Exposition rule 217.
TEST_F(WebConfigFile, RequiresAPassword) {
  start(kUsers);
  EXPECT_EQ(get(kAli).body, kBody);
  for (const std::string& lines : {std::string(), kAliWithout, std::string("Authorization: Basic ?\r\n"),
                                   std::string("Authorization: Bearer YWxpOm9wZW4gc2VzYW1l\r\n"), kAli + kAli}) {
    const HttpReply reply = get(lines);
    EXPECT_EQ(reply.head.substr(0, reply.head.find('\r')), "HTTP/1.1 401 Unauthorized") << lines;
    EXPECT_THAT(reply.head, HasSubstr("\r\nWWW-Authenticate: Basic\r\n")) << lines;
    EXPECT_EQ(reply.body, "Unauthorized\n") << lines;
  }
}

TEST_F(WebConfigFile, ProtectsEveryPath) {
  start(kUsers);
  for (const char* path : {"/metrics", "/", "/nothing", "/../etc/passwd"}) EXPECT_EQ(get("", path).status(), "401");
  EXPECT_EQ(get(kAli, "/nothing").status(), "404");
  EXPECT_EQ(request(exporter_->port(), "HEAD /metrics HTTP/1.1\r\nHost: l\r\n\r\n").status(), "401");
  EXPECT_EQ(request(exporter_->port(), "HEAD /metrics HTTP/1.1\r\nHost: l\r\n\r\n").body, "");
  EXPECT_EQ(request(exporter_->port(), "DELETE /metrics HTTP/1.1\r\nHost: l\r\n\r\n").status(), "401");
}

// Exposition rule 217.
TEST_F(WebConfigFile, RejectsTheThirdRequestIfTheBurstIsTwo) {
  start("rate_limit: {interval: 1h, burst: 2}\n" + kUsers);
  EXPECT_EQ(get(kAli).status(), "200");
  EXPECT_EQ(get("").status(), "401") << "a request without a password counts too";
  const HttpReply reply = get(kAli);
  EXPECT_EQ(reply.head.substr(0, reply.head.find('\r')), "HTTP/1.1 429 Too Many Requests");
  EXPECT_THAT(reply.head, HasSubstr("\r\nRetry-After: 3600\r\n"));
  EXPECT_EQ(reply.body, "Too Many Requests\n");
}

TEST_F(WebConfigFile, AddsItsHeadersToEveryReplyBelowTheRateLimit) {
  start(kUsers + "rate_limit: {interval: 1h, burst: 3}\n" +
        "http_server_config: {headers: {X-Frame-Options: deny, Content-Security-Policy: default-src 'none'}}\n");
  const std::string headers = "\r\nX-Frame-Options: deny\r\nContent-Security-Policy: default-src 'none'\r\n";
  const HttpReply reply = get(kAli);
  EXPECT_THAT(reply.head, HasSubstr(headers));
  EXPECT_EQ(reply.body, kBody);
  EXPECT_THAT(get(kAli, "/nothing").head, HasSubstr(headers));
  EXPECT_THAT(get().head, HasSubstr(headers));
  EXPECT_THAT(get().head, Not(HasSubstr("X-Frame-Options")));
}

TEST_F(WebConfigFile, IsReadForEveryRequest) {
  start("");
  EXPECT_EQ(get().status(), "200");
  write(kUsers);
  EXPECT_EQ(get().status(), "401");
  replace("");
  EXPECT_EQ(get().status(), "200");
}

TEST_F(WebConfigFile, StaysInUseWhenItIsBrokenLater) {
  start(kUsers);
  write("nonsense: 1\n");
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(get(kAli).body, kBody);
    EXPECT_EQ(get().body, "Unauthorized\n");
  }
  files_.remove("web.yml");
  EXPECT_EQ(get(kAli).status(), "200");
  EXPECT_THAT(log_, testing::ElementsAre(HasSubstr("/web.yml', line 1: the file has an unknown key 'nonsense'"),
                                         HasSubstr("/web.yml': cannot be read: No such file or directory")));
  replace("");
  EXPECT_EQ(get(kAliWithout).status(), "200");
}

// Exposition rule 127.
TEST_F(WebConfigFile, ErrorRepliesAreNotCompressed) {
  start(kUsers);
  const HttpReply reply = get("Accept-Encoding: gzip\r\n");
  EXPECT_EQ(reply.status(), "401");
  EXPECT_THAT(reply.head, Not(HasSubstr("Content-Encoding")));
  EXPECT_EQ(reply.body, "Unauthorized\n");
}

TEST_F(WebConfigFile, CanBeReplacedDuringRequests) {
  start(kUsers);
  EXPECT_EQ(get(kAli).status(), "200");  // the password is known from here on
  std::atomic<bool> done{false};
  std::vector<std::thread> clients;
  std::atomic<int> unexpected{0};
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&] {
      while (!done) {
        if (get(kAli).status() != "200") ++unexpected;
      }
    });
  }
  for (int i = 0; i < 30; ++i) replace(kUsers + "http_server_config: {http2: " + (i % 2 ? "true" : "false") + "}\n");
  EXPECT_EQ(get().status(), "401");
  done = true;
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(unexpected.load(), 0);
}

// A password is checked for one request at a time, and at most half of the threads wait for it.
TEST_F(WebConfigFile, KnownUsersAreServedWhileOtherClientsGuessPasswords) {
  start(kUsers);
  EXPECT_EQ(get(kAli).status(), "200");
  std::atomic<int> refused{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&] {
      for (int n = 0; n < 25; ++n) {
        const std::string status = get(kAliWithout).status();
        refused += status == "401" || status == "503";
      }
    });
  }
  while (refused < 150) EXPECT_EQ(get(kAli).body, kBody);
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(refused.load(), 200);
}

TEST_F(WebConfigFile, MustNotConfigureTlsForCivetweb) {
  const TestCertificate certificate("server");
  files_.write("server.pem", certificate.certificate_pem() + certificate.key_pem());
  const auto start_with_tls = [&] { start("tls_server_config: {cert_file: server.pem, key_file: server.pem}\n"); };
  EXPECT_THROW(start_with_tls(), OptionsError);
  EXPECT_EQ(
      error_message(start_with_tls),
      "web configuration '" + file() + "': CivetwebExporter does not support tls_server_config; use HttpExporter");
}

TEST_F(WebConfigFile, ReportsErrorsOnConstruction) {
  const auto message = [&] {
    return error_message(
        [&] { const CivetwebExporter exporter(Registry(), {.listen = "127.0.0.1:0", .web_config_file = file()}); });
  };
  EXPECT_EQ(message(), "file '" + file() + "': cannot be read: No such file or directory");
  write("rate_limit: {burst: 1}\nbasic_auth_user: {}\n");
  EXPECT_EQ(message(), "web configuration '" + file() +
                           "', line 2: the file has an unknown key 'basic_auth_user'; allowed: tls_server_config, "
                           "http_server_config, basic_auth_users, rate_limit");
  write(std::string(2 << 20, '#'));
  EXPECT_EQ(message(), "file '" + file() + "': cannot be read: File too large");
  files_.remove("web.yml");
  std::filesystem::create_directory(file());
  EXPECT_EQ(message(), "file '" + file() + "': cannot be read: Is a directory");
  files_.remove("web.yml");
  ASSERT_EQ(::mkfifo(file().c_str(), 0600), 0);
  EXPECT_EQ(message(), "file '" + file() + "': cannot be read: Invalid argument");
}

}  // namespace
}  // namespace narthex
