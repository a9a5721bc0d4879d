#include "http/web_config_files.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <narthex/detail/http_totals.h>
#include <narthex/error.h>
#include <sys/resource.h>

#include "support/manual_clock.h"
#include "support/temporary_folder.h"
#include "support/test_certificate.h"

namespace narthex::detail {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const std::string kTls = "tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n";
const std::string kStays = "; the last valid web configuration stays in use until the files are corrected";

// Returns the lines of a configuration with one user.
std::string user(const std::string& name) {
  return "basic_auth_users:\n  " + name + ": $2y$04$" + std::string(53, 'x') + "\n";
}

// A configuration file that the test changes.
class WebConfigFilesTest : public testing::Test {
 protected:
  void start(const std::string& text) {
    write(text);
    config_ = std::make_unique<WebConfigFiles>(files_.root() + "/web.yml",
                                               [this](std::string_view line) { log_.emplace_back(line); });
  }
  void write(const std::string& text) const { files_.write("web.yml", text); }
  void write(const TestCertificate& certificate, const TestCertificate& key) const {
    files_.write("server.crt", certificate.certificate_pem());
    files_.write("server.key", key.key_pem());
  }

  // Returns the names of the users for a request.
  std::vector<std::string> users() const {
    std::vector<std::string> names;
    for (const auto& [name, hash] : config_->for_request()->config->users) names.push_back(name);
    return names;
  }
  std::shared_ptr<const TlsContext> context() const { return config_->for_connection()->tls; }

  // Returns how many changes of the files were invalid.
  std::uint64_t failures() const { return http_totals().web_config_reload_failures - failures_before_; }

  const std::uint64_t failures_before_ = http_totals().web_config_reload_failures;
  const TestCertificate first_{"first", "DNS:localhost"};
  const TestCertificate second_{"second", "DNS:localhost"};
  TemporaryFolder files_;
  std::vector<std::string> log_;
  std::unique_ptr<WebConfigFiles> config_;
};

TEST_F(WebConfigFilesTest, AreReadForEveryRequest) {
  start(user("ali"));
  EXPECT_THAT(users(), ElementsAre("ali"));
  write(user("baba"));
  EXPECT_THAT(users(), ElementsAre("baba"));
  write("");
  EXPECT_THAT(users(), IsEmpty());
  EXPECT_FALSE(config_->has_tls());
  EXPECT_EQ(context(), nullptr);
  EXPECT_THAT(log_, IsEmpty());
  EXPECT_EQ(failures(), 0u);
}

TEST_F(WebConfigFilesTest, KeepTheLastValidStateAndLogABrokenFileOnce) {
  start(user("ali"));
  write("nonsense: 1\n");
  for (int i = 0; i < 3; ++i) EXPECT_THAT(users(), ElementsAre("ali"));
  EXPECT_THAT(log_, ElementsAre("web configuration '" + files_.root() +
                                "/web.yml', line 1: the file has an unknown key 'nonsense'; allowed: "
                                "tls_server_config, http_server_config, basic_auth_users, rate_limit" +
                                kStays));
  EXPECT_EQ(failures(), 1u);

  write("nonsense: 2\n");
  for (int i = 0; i < 3; ++i) EXPECT_THAT(users(), ElementsAre("ali"));
  EXPECT_EQ(failures(), 2u) << "the file has changed again";
  write(user("ali"));
  EXPECT_THAT(users(), ElementsAre("ali"));
  write("nonsense: 2\n");
  EXPECT_THAT(users(), ElementsAre("ali"));
  EXPECT_EQ(failures(), 3u) << "the file was valid in between";
  write(user("baba"));
  EXPECT_THAT(users(), ElementsAre("baba"));
  EXPECT_EQ(log_.size(), 3u);
}

TEST_F(WebConfigFilesTest, KeepTheLastValidStateOfAMissingFile) {
  start(user("ali"));
  files_.remove("web.yml");
  for (int i = 0; i < 3; ++i) EXPECT_THAT(users(), ElementsAre("ali"));
  EXPECT_THAT(log_,
              ElementsAre("file '" + files_.root() + "/web.yml': cannot be read: No such file or directory" + kStays));
  write("");
  EXPECT_THAT(users(), IsEmpty()) << "an empty file is valid";
  EXPECT_EQ(failures(), 1u);
}

TEST_F(WebConfigFilesTest, TakeANewCertificateWithItsKey) {
  write(first_, first_);
  start(kTls);
  const auto before = context();
  EXPECT_EQ(context(), before) << "sessions can be resumed while nothing changes";
  write(second_, first_);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(context(), before) << "the key does not fit yet";
    EXPECT_THAT(users(), IsEmpty()) << "a request does not look at the certificates";
  }
  EXPECT_THAT(log_, ElementsAre(AllOf(StartsWith("web configuration: tls_server_config: key '" + files_.root()),
                                      HasSubstr("key values mismatch"), EndsWith(kStays))));
  EXPECT_EQ(failures(), 1u);
  write(second_, second_);
  const auto after = context();
  EXPECT_NE(after, before);
  EXPECT_EQ(context(), after);
  EXPECT_EQ(log_.size(), 1u);
}

TEST_F(WebConfigFilesTest, KeepTheContextOfBrokenOrMissingCertificates) {
  write(first_, first_);
  start(kTls);
  const auto before = context();
  files_.write("server.crt", "nonsense");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(context(), before);
  files_.remove("server.crt");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(context(), before);
  EXPECT_THAT(log_, ElementsAre(HasSubstr("cert '" + files_.root() + "/server.crt': error:"),
                                StartsWith("file '" + files_.root() + "/server.crt': cannot be read: No such file")));
  write(first_, first_);
  EXPECT_EQ(context(), before);
  files_.remove("server.crt");
  EXPECT_EQ(context(), before);
  EXPECT_EQ(failures(), 3u) << "the files were valid in between";
}

TEST_F(WebConfigFilesTest, AreTakenWholeOrNotAtAll) {
  write(first_, first_);
  start(kTls + user("ali"));
  const auto before = context();
  write(first_, second_);
  write(kTls + user("baba"));
  for (int i = 0; i < 3; ++i) EXPECT_THAT(users(), ElementsAre("ali")) << "the new certificate is broken";
  EXPECT_EQ(context(), before);
  EXPECT_EQ(failures(), 1u);
  write(kTls + "nonsense: 1\n");
  write(second_, second_);
  EXPECT_THAT(users(), ElementsAre("ali"));
  EXPECT_EQ(context(), before) << "the new configuration file is broken";
  EXPECT_EQ(failures(), 2u);
  write(kTls + user("baba"));
  EXPECT_THAT(users(), ElementsAre("baba"));
  EXPECT_NE(context(), before);
  EXPECT_EQ(failures(), 2u);
}

TEST_F(WebConfigFilesTest, TakeANewConfigurationWhenItsCertificateIsCorrected) {
  write(first_, first_);
  start(kTls + user("ali"));
  write(first_, second_);
  write(kTls + user("baba"));
  EXPECT_THAT(users(), ElementsAre("ali"));
  write(second_, second_);
  EXPECT_THAT(users(), ElementsAre("baba")) << "also if only requests look at the files";
}

TEST_F(WebConfigFilesTest, KeepTheContextIfOnlyTheUsersChange) {
  write(first_, first_);
  start(kTls + user("ali"));
  const auto before = context();
  write(kTls + user("baba"));
  EXPECT_THAT(users(), ElementsAre("baba"));
  EXPECT_EQ(context(), before);
  write(kTls + "  client_auth_type: RequireAnyClientCert\n");
  EXPECT_NE(context(), before);
  EXPECT_EQ(config_->for_request()->tls->config().client_auth, ClientAuth::kRequireAny);
}

TEST_F(WebConfigFilesTest, NeverSwitchTlsOnOrOff) {
  write(first_, first_);
  start(kTls);
  const auto before = context();
  write(user("ali"));
  EXPECT_THAT(users(), IsEmpty());
  EXPECT_EQ(context(), before);
  EXPECT_THAT(log_, ElementsAre("web configuration '" + files_.root() +
                                "/web.yml': the file no longer configures TLS; TLS is switched on or off only at the "
                                "start" +
                                kStays));
  start(user("ali"));
  write(kTls);
  EXPECT_THAT(users(), ElementsAre("ali"));
  EXPECT_EQ(context(), nullptr);
  EXPECT_THAT(log_.back(), HasSubstr("/web.yml': the file configures TLS; "));
}

// The keys of its session tickets must not become old.
TEST_F(WebConfigFilesTest, ReplaceAContextAfterADay) {
  ManualClock clock;
  write(first_, first_);
  start(kTls);
  const auto before = context();
  clock.advance(std::chrono::hours(23));
  EXPECT_EQ(context(), before);
  clock.advance(std::chrono::hours(1));
  EXPECT_NE(context(), before);
  EXPECT_EQ(failures(), 0u);
}

TEST_F(WebConfigFilesTest, IgnoreThatThereAreNoDescriptors) {
  write(first_, first_);
  start(kTls + user("ali"));
  // UndefinedBehaviorSanitizer needs a descriptor to check an object of a type for the first time: a FileError.
  files_.remove("web.yml");
  users();
  ASSERT_EQ(failures(), 1u);
  log_.clear();
  write(kTls + user("ali"));
  const auto before = context();
  write(kTls + user("baba"));
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const rlimit none{.rlim_cur = 0, .rlim_max = limit.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &none);
  const std::vector<std::string> found = users();
  const auto after = context();
  ::setrlimit(RLIMIT_NOFILE, &limit);
  EXPECT_THAT(found, ElementsAre("ali"));
  EXPECT_EQ(after, before);
  EXPECT_THAT(log_, IsEmpty());
  EXPECT_EQ(failures(), 1u);
  EXPECT_THAT(users(), ElementsAre("baba"));
}

TEST_F(WebConfigFilesTest, IgnoreExceptionsOfTheLog) {
  write(user("ali"));
  WebConfigFiles config(files_.root() + "/web.yml",
                        [](std::string_view) { throw std::runtime_error("no space left"); });
  write("nonsense: 1\n");
  EXPECT_EQ(config.for_request()->config->users.size(), 1u);
  EXPECT_EQ(failures(), 1u);
}

TEST_F(WebConfigFilesTest, MustBeValidAtTheStart) {
  EXPECT_THROW(start("nonsense: 1\n"), OptionsError);
  EXPECT_THROW(start(kTls), FileError);
  write(first_, second_);
  EXPECT_THROW(start(kTls), OptionsError);
}

}  // namespace
}  // namespace narthex::detail
