#include "http/web_config.h"

#include <chrono>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <narthex/error.h>

namespace narthex::detail {
namespace {

using namespace std::chrono_literals;
using testing::AnyOf;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

const std::string kHeaders =
    "Strict-Transport-Security, X-Content-Type-Options, X-Frame-Options, X-XSS-Protection, Content-Security-Policy";
const std::string kHash = "$2y$10$" + std::string(53, 'x');

WebConfig parsed(const std::string& text) { return parse_web_config(text, "/etc/web.yml"); }

// Returns the error message of a text, without the prefix that all messages have.
std::string mistake_in(const std::string& text) {
  try {
    parsed(text);
  } catch (const OptionsError& error) {
    const std::string what = error.what();
    const std::string start = "web configuration '/etc/web.yml', ";
    return what.starts_with(start) ? what.substr(start.size()) : what;
  }
  return "nothing was thrown";
}

TEST(WebConfig, EmptyTextChangesNothing) {
  for (const char* text : {"", "\n", "# nothing\n", "{}", "---\n", "tls_server_config:\nbasic_auth_users:\n",
                           "tls_server_config: {}\nrate_limit: {}\nhttp_server_config: {headers: }\n",
                           "tls_server_config: {client_auth_type: ''}", "tls_server_config: {cert_file: }"}) {
    const WebConfig config = parsed(text);
    EXPECT_EQ(config.tls, TlsConfig()) << text;
    EXPECT_FALSE(config.tls.is_on()) << text;
    EXPECT_THAT(config.headers, IsEmpty()) << text;
    EXPECT_THAT(config.users, IsEmpty()) << text;
    EXPECT_EQ(config.rate_limit.interval, 0s) << text;
  }
}

TEST(WebConfig, AcceptsAllKeysOfTheExporterToolkit) {
  const WebConfig config = parsed(
      "tls_server_config:\n"
      "  cert: inline\n"
      "  cert_file: server.crt\n"
      "  key: inline\n"
      "  key_file: /secrets/server.key\n"
      "  client_ca: inline\n"
      "  client_ca_file: ../ca.crt\n"
      "  client_auth_type: RequireAndVerifyClientCert\n"
      "  client_allowed_sans: [prometheus.example.org, 10.0.0.1]\n"
      "  min_version: TLS10\n"
      "  max_version: TLS12\n"
      "  cipher_suites:\n"
      "    - TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\n"
      "    - TLS_AES_128_GCM_SHA256\n"
      "  prefer_server_cipher_suites: false\n"
      "  curve_preferences: [X25519, CurveP256]\n"
      "http_server_config:\n"
      "  http2: false\n"
      "  headers:\n"
      "    Strict-Transport-Security: max-age=60\n"
      "    X-Frame-Options: sameorigin\n"
      "    X-XSS-Protection: ''\n"
      "basic_auth_users:\n"
      "  ali: " +
      kHash +
      "\n"
      "rate_limit:\n"
      "  interval: 1m30s\n"
      "  burst: 5\n");
  EXPECT_EQ(config.tls, (TlsConfig{.cert = "inline",
                                   .cert_file = "/etc/server.crt",
                                   .key = "inline",
                                   .key_file = "/secrets/server.key",
                                   .client_ca = "inline",
                                   .client_ca_file = "/etc/../ca.crt",
                                   .client_auth = ClientAuth::kRequireAndVerify,
                                   .names_client_auth = true,
                                   .client_allowed_sans = {"prometheus.example.org", "10.0.0.1"},
                                   .min_version = 0x0301,
                                   .max_version = 0x0303,
                                   .cipher_suites = {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256"},
                                   .prefer_server_cipher_suites = false,
                                   .curve_preferences = {"X25519", "CurveP256"}}));
  EXPECT_THAT(config.headers,
              ElementsAre(Pair("Strict-Transport-Security", "max-age=60"), Pair("X-Frame-Options", "sameorigin")));
  EXPECT_THAT(config.users, ElementsAre(Pair("ali", kHash)));
  EXPECT_EQ(config.rate_limit.interval, 90s);
  EXPECT_EQ(config.rate_limit.burst, 5);
}

// Exposition rule 217.
TEST(WebConfig, RejectsUnknownKeys) {
  EXPECT_EQ(mistake_in("tls_config: {}\n"),
            "line 1: the file has an unknown key 'tls_config'; allowed: tls_server_config, http_server_config, "
            "basic_auth_users, rate_limit");
  EXPECT_EQ(mistake_in("rate_limit:\n  burst: 1\n  Interval: 1s\n"),
            "line 3: rate_limit has an unknown key 'Interval'; allowed: interval, burst");
  EXPECT_EQ(mistake_in("http_server_config: {http3: true}\n"),
            "line 1: http_server_config has an unknown key 'http3'; allowed: http2, headers");
  EXPECT_EQ(
      mistake_in("tls_server_config:\n  certfile: x\n"),
      "line 2: tls_server_config has an unknown key 'certfile'; allowed: cert, cert_file, key, key_file, client_ca, "
      "client_ca_file, client_auth_type, client_allowed_sans, min_version, max_version, cipher_suites, "
      "prefer_server_cipher_suites, curve_preferences");
  EXPECT_EQ(mistake_in("rate_limit: &a {burst: 1}\nbasic_auth_users:\n  <<: *a\n"),
            "line 1: '<<' is a list or a section; allowed: a text");
}

// Exposition rule 217.
TEST(WebConfig, RejectsAClientCaWithoutAPolicy) {
  for (const char* policy : {"", "  client_auth_type: NoClientCert\n"}) {
    EXPECT_EQ(mistake_in(std::string("tls_server_config:\n  cert: c\n  key: k\n  client_ca_file: f\n") + policy),
              "line 2: client CA's have been configured without a Client Auth Policy");
  }
}

// Exposition rule 217.
TEST(WebConfig, RejectsHeadersThatCannotBeConfigured) {
  const auto mistake = [](const std::string& header) {
    return mistake_in("http_server_config:\n  headers:\n    " + header + "\n");
  };
  EXPECT_EQ(mistake("Server: narthex"), "line 3: HTTP header 'Server' cannot be configured; allowed: " + kHeaders);
  EXPECT_EQ(mistake("x-frame-options: deny"),
            "line 3: HTTP header 'x-frame-options' cannot be configured; allowed: " + kHeaders);
  EXPECT_EQ(mistake("X-Frame-Options: never"),
            "line 3: the HTTP header X-Frame-Options is 'never'; allowed: deny or sameorigin");
  EXPECT_EQ(mistake("X-Content-Type-Options: sniff"),
            "line 3: the HTTP header X-Content-Type-Options is 'sniff'; allowed: nosniff");
  EXPECT_EQ(mistake("Content-Security-Policy: \"a\\r\\nSet-Cookie: b\""),
            "line 3: the HTTP header Content-Security-Policy is 'a\\x0d\\x0aSet-Cookie: b'; allowed: printable ASCII");
}

TEST(WebConfig, RejectsIncompleteTlsSettings) {
  const auto mistake = [](const std::string& text) { return mistake_in("tls_server_config: {" + text + "}"); };
  EXPECT_EQ(mistake("key: k"), "line 1: missing one of cert or cert_file");
  EXPECT_EQ(mistake("client_auth_type: NoClientCert"), "line 1: missing one of cert or cert_file");
  EXPECT_EQ(mistake("cert_file: c"), "line 1: missing one of key or key_file");
  EXPECT_EQ(mistake("cert: c, key: k, client_auth_type: VerifyClientCertIfGiven"),
            "line 1: verifying clients needs client_ca or client_ca_file");
  EXPECT_EQ(mistake("cert: c, key: k, client_auth_type: RequestClientCert, client_allowed_sans: [a]"),
            "line 1: client_allowed_sans needs the client_auth_type RequireAnyClientCert or "
            "RequireAndVerifyClientCert");
  EXPECT_EQ(mistake("min_version: TLS13, max_version: TLS12"), "line 1: min_version is above max_version");
  EXPECT_EQ(mistake("max_version: TLS12, cipher_suites: [TLS_AES_128_GCM_SHA256]"),
            "line 1: cipher_suites has none for max_version");
}

TEST(WebConfig, RejectsUnknownNames) {
  const auto mistake = [](const std::string& text) { return mistake_in("tls_server_config: {" + text + "}"); };
  EXPECT_EQ(mistake("client_auth_type: Trust"),
            "line 1: 'client_auth_type' is 'Trust'; allowed: NoClientCert, RequestClientCert, RequireAnyClientCert, "
            "RequireClientCert, VerifyClientCertIfGiven, RequireAndVerifyClientCert");
  EXPECT_EQ(mistake("min_version: SSL30"), "line 1: 'min_version' is 'SSL30'; allowed: TLS10, TLS11, TLS12, TLS13");
  EXPECT_EQ(mistake("cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]"), "line 1: unknown cipher: 'TLS_RSA_WITH_RC4_128_SHA'");
  EXPECT_EQ(mistake("curve_preferences: [X25519, P-256]"), "line 1: unknown curve: 'P-256'");
}

TEST(WebConfig, RejectsValuesOfTheWrongType) {
  EXPECT_EQ(mistake_in("[tls_server_config]"), "line 1: the file takes keys with values");
  EXPECT_EQ(mistake_in("tls_server_config: off"), "line 1: tls_server_config takes keys with values");
  EXPECT_EQ(mistake_in("tls_server_config: {cert_file: [a]}"),
            "line 1: 'cert_file' is a list or a section; allowed: a text");
  EXPECT_EQ(mistake_in("tls_server_config: {cipher_suites: TLS_AES_128_GCM_SHA256}"),
            "line 1: 'cipher_suites' takes a list of texts");
  EXPECT_EQ(mistake_in("http_server_config: {http2: perhaps}"), "line 1: 'http2' is 'perhaps'; allowed: true or false");
  EXPECT_EQ(mistake_in("rate_limit: {burst: many}"), "line 1: 'burst' is 'many'; allowed: a whole number");
  EXPECT_EQ(mistake_in("rate_limit: {burst: 3000000000}"), "line 1: 'burst' is '3000000000'; allowed: a whole number");
  EXPECT_EQ(mistake_in("rate_limit: {burst: }"), "line 1: 'burst' is empty; allowed: a whole number");
  EXPECT_EQ(mistake_in("? [a, b]\n: c\n"), "line 1: the file has a key that is not a scalar");
}

TEST(WebConfig, RejectsARateLimitThatAllowsNoRequest) {
  EXPECT_EQ(
      mistake_in("rate_limit: {interval: 1}"),
      "line 1: 'interval' is '1'; allowed: a time of at most a year with its unit, 1s or 1m30s, or 0 for no limit");
  EXPECT_EQ(mistake_in("rate_limit: {interval: 1s}"), "line 1: 'burst' is 0; allowed with an interval: 1 or more");
  EXPECT_EQ(mistake_in("rate_limit: {burst: -1}"), "line 1: 'burst' is -1; allowed with an interval: 1 or more");
}

TEST(WebConfig, RejectsInvalidUsersWithoutQuotingThePassword) {
  const std::string no_hash = " has no bcrypt hash, such as 'htpasswd -nBC 10 \"\"' prints: $2y$10$ and 53 characters";
  EXPECT_EQ(mistake_in("basic_auth_users:\n  ali: open sesame\n"), "line 2: the user 'ali'" + no_hash);
  EXPECT_EQ(mistake_in("basic_auth_users:\n  ali:\n"), "line 2: the user 'ali'" + no_hash);
  EXPECT_EQ(mistake_in("basic_auth_users:\n  'a:b': " + kHash),
            "line 2: the user 'a:b' could never log in, because a name ends at its first ':'");
  EXPECT_EQ(mistake_in("basic_auth_users:\n  ali: " + kHash + "\n  ali: " + kHash),
            "line 3: basic_auth_users has the key 'ali' twice");
}

TEST(WebConfig, RejectsInvalidYaml) {
  EXPECT_EQ(mistake_in("a: b: c\n"), "line 1: illegal map value");
  EXPECT_EQ(mistake_in("rate_limit:\n\tburst: 1\n").substr(0, 6), "line 2");
  EXPECT_EQ(mistake_in("{}\n---\n{}\n"), "line 2: a second YAML document begins; only the first one is read");
  EXPECT_THAT(mistake_in(",rate_limit: {burst: 1}\n"),
              AnyOf("line 1: a second YAML document begins; only the first one is read",
                    "line 1: plain value cannot start with flow indicator character"));  // since yaml-cpp 0.9
  EXPECT_EQ(mistake_in("rate_limit: *unknown").substr(0, 6), "line 1");
  EXPECT_NE(mistake_in(std::string(100'000, '[')), "nothing was thrown");
  EXPECT_NE(mistake_in(std::string(100'000, '{')), "nothing was thrown");
  EXPECT_NE(mistake_in(std::string("\0\xff\xfe", 3)), "nothing was thrown");
}

TEST(WebConfig, RejectsExponentiallyNestedAliases) {
  std::ostringstream text;
  text << "a0: &a0 [x, x]\n";
  for (int i = 1; i < 60; ++i) text << "a" << i << ": &a" << i << " [*a" << i - 1 << ", *a" << i - 1 << "]\n";
  EXPECT_EQ(mistake_in(text.str()).substr(0, 42), "line 1: the file has an unknown key 'a0'; ");
  EXPECT_EQ(mistake_in("tls_server_config: &a\n  cert: *a\n"),
            "line 1: 'cert' is a list or a section; allowed: a text");
}

}  // namespace
}  // namespace narthex::detail
