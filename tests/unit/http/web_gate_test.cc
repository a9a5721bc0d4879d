#include "http/web_gate.h"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <narthex/detail/http_totals.h>

#include "http/tls_context.h"
#include "support/basic_authorization.h"
#include "support/client_addresses.h"
#include "support/temporary_folder.h"
#include "support/test_certificate.h"

namespace narthex::detail {
namespace {

using testing::IsEmpty;

// Output of `htpasswd -nbBC 4 ali "open sesame"`.
const std::string kUsers = "basic_auth_users:\n  ali: $2y$04$cTdlIu0f0rUhDVvPnWew8OmIdrlRqojp9aqmcXcGx1Euo/MuxK2p6\n";
const std::string kRight = basic("ali:open sesame");
const std::string kWrong = basic("ali:open barley");
const ClientAddress kScraper = client_at("10.0.0.1");
const ClientAddress kOther = client_at("2001:db8::1");

// A gate with a configuration file that the test can replace.
class WebGateTest : public testing::Test {
 protected:
  void start(const std::string& text) {
    files_.write("web.yml", text);
    gate_ = open_web_gate(files_.root() + "/web.yml", [this](std::string_view line) { log_.emplace_back(line); });
  }
  void replace(const std::string& text) const {
    files_.write("web.yml.new", text);
    std::filesystem::rename(files_.root() + "/web.yml.new", files_.root() + "/web.yml");
  }

  // Returns the decision about a request, after the check of its password.
  Admission admit(const std::string& authorization = "", const ClientAddress& client = kScraper) const {
    std::promise<Admission> checked;
    auto immediate =
        gate_->admit(client, authorization, [&](Admission admission) { checked.set_value(std::move(admission)); });
    return immediate ? *std::move(immediate) : checked.get_future().get();
  }
  bool is_immediate(const std::string& authorization, const ClientAddress& client = kScraper) const {
    return gate_->admit(client, authorization, [](const Admission&) {}).has_value();
  }

  // Returns how many changes of the files were invalid.
  std::uint64_t reload_failures() const { return http_totals().web_config_reload_failures - reload_failures_before_; }

  const std::uint64_t reload_failures_before_ = http_totals().web_config_reload_failures;
  TemporaryFolder files_;
  std::vector<std::string> log_;
  std::unique_ptr<WebGate> gate_;
};

TEST_F(WebGateTest, AdmitsEveryRequestWithAnEmptyFile) {
  start("");
  EXPECT_EQ(admit().status, 200);
  EXPECT_EQ(admit(kWrong).status, 200);
  EXPECT_EQ(admit().headers, "");
}

// Exposition rule 217.
TEST_F(WebGateTest, RequiresAPassword) {
  start(kUsers);
  EXPECT_EQ(admit(kRight).status, 200);
  EXPECT_EQ(admit(kRight).headers, "");
  for (const std::string& authorization : {std::string(), kWrong, basic("unknown:open sesame"), std::string("?")}) {
    const Admission refused = admit(authorization);
    EXPECT_EQ(refused.status, 401) << authorization;
    EXPECT_EQ(refused.headers, "WWW-Authenticate: Basic\r\n") << authorization;
  }
}

TEST_F(WebGateTest, DecidesAboutKnownPasswordsImmediately) {
  start(kUsers);
  EXPECT_FALSE(is_immediate(kRight));
  EXPECT_EQ(admit(kRight).status, 200);
  EXPECT_TRUE(is_immediate(kRight));
  EXPECT_TRUE(is_immediate(""));
  EXPECT_FALSE(is_immediate(kWrong));
}

TEST_F(WebGateTest, AddsItsHeadersToEveryReplyBelowTheRateLimit) {
  start(kUsers + "rate_limit: {interval: 1h, burst: 2}\n" +
        "http_server_config: {headers: {X-Frame-Options: deny, Content-Security-Policy: default-src 'none'}}\n");
  const std::string headers = "X-Frame-Options: deny\r\nContent-Security-Policy: default-src 'none'\r\n";
  EXPECT_EQ(admit(kRight).headers, headers);
  EXPECT_EQ(admit(kWrong).headers, headers + "WWW-Authenticate: Basic\r\n");
  EXPECT_EQ(admit(kRight).headers, "Retry-After: 3600\r\n");
}

// Exposition rule 217.
TEST_F(WebGateTest, LimitsTheRateOfEachClient) {
  start("rate_limit: {interval: 1h, burst: 2}\n" + kUsers);
  EXPECT_EQ(admit("").status, 401) << "a request without a password counts too";
  EXPECT_EQ(admit(kRight).status, 200);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(admit(kRight).status, 429);
  EXPECT_EQ(admit(kRight, kOther).status, 200);
}

TEST_F(WebGateTest, AppliesAChangedRateLimit) {
  start("rate_limit: {interval: 1h, burst: 1}\n");
  EXPECT_EQ(admit().status, 200);
  EXPECT_EQ(admit().status, 429);
  replace("");
  EXPECT_EQ(admit().status, 200);
}

TEST_F(WebGateTest, IsBusyForAClientWithTooManyWaitingPasswords) {
  start("basic_auth_users:\n  ali: $2y$10$" + std::string(53, '.') + "\n");
  std::optional<Admission> busy;
  int requests = 0;  // more than 17 if some are checked meanwhile
  for (; requests < 64 && !busy; ++requests) busy = gate_->admit(kOther, kWrong, [](const Admission&) {});
  ASSERT_TRUE(busy);
  EXPECT_GE(requests, 17);
  EXPECT_EQ(busy->status, 503);
  EXPECT_EQ(busy->headers, "Retry-After: 1\r\n");
  EXPECT_FALSE(is_immediate(kWrong, kScraper));
}

TEST_F(WebGateTest, KeepsTheLastValidConfiguration) {
  start(kUsers);
  EXPECT_EQ(admit(kRight).status, 200);
  replace("nonsense: 1\n");
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(admit(kRight).status, 200);
    EXPECT_EQ(admit(kWrong).status, 401);
  }
  EXPECT_EQ(log_.size(), 1u);
  EXPECT_EQ(reload_failures(), 1u);
  replace("");
  EXPECT_EQ(admit(kWrong).status, 200);
}

TEST_F(WebGateTest, HasATlsContextThatFollowsItsFiles) {
  start("");
  EXPECT_FALSE(gate_->has_tls());
  EXPECT_EQ(gate_->tls_context(), nullptr);
  const TestCertificate first("first");
  files_.write("server.pem", first.certificate_pem() + first.key_pem());
  start("tls_server_config: {cert_file: server.pem, key_file: server.pem}\n");
  EXPECT_TRUE(gate_->has_tls());
  const auto before = gate_->tls_context();
  EXPECT_EQ(gate_->tls_context(), before);
  files_.write("server.pem", "nonsense");
  EXPECT_EQ(gate_->tls_context(), before);
  EXPECT_EQ(reload_failures(), 1u);
  const TestCertificate second("second");
  files_.write("server.pem", second.certificate_pem() + second.key_pem());
  EXPECT_NE(gate_->tls_context(), before);
}

TEST_F(WebGateTest, CancelsWaitingRequestsWhenItIsDestroyed) {
  start("basic_auth_users:\n  ali: $2y$10$" + std::string(53, '.') + "\n");
  std::atomic<int> called{0};
  for (int i = 0; i < 300; ++i) {
    gate_->admit(client_at("10.0.1." + std::to_string(i % 200)), kWrong, [&](const Admission&) { ++called; });
  }
  gate_.reset();
  EXPECT_LT(called, 300);
}

TEST_F(WebGateTest, CanBeReplacedDuringRequests) {
  start(kUsers);
  EXPECT_EQ(admit(kRight).status, 200);  // the password is known from here on
  std::atomic<bool> done{false};
  std::atomic<int> unexpected{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&] {
      while (!done) unexpected += admit(kRight).status == 200 ? 0 : 1;
    });
  }
  for (int i = 0; i < 30; ++i) replace(kUsers + "http_server_config: {http2: " + (i % 2 ? "true" : "false") + "}\n");
  EXPECT_EQ(admit().status, 401);
  done = true;
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(unexpected.load(), 0);
  EXPECT_THAT(log_, IsEmpty());
}

}  // namespace
}  // namespace narthex::detail
