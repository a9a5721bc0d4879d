#include <atomic>
#include <chrono>
#include <csignal>
#include <future>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <narthex/http_exporter.h>
#include <narthex/narthex.h>

#include "support/http_client.h"
#include "support/https_client.h"
#include "support/temporary_folder.h"
#include "support/test_certificate.h"
#include "unit/http/exporter_contract.h"

namespace narthex {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// An exporter with TLS, two certificate authorities, and the certificates that they signed.
class HttpExporterTls : public testing::Test {
 protected:
  HttpExporterTls() {
    std::signal(SIGPIPE, SIG_IGN);  // the client writes to connections that the server has closed
    files_.write("server.crt", server_.certificate_pem());
    files_.write("secrets/server.key", server_.key_pem());
    files_.write("ca.crt", authority_.certificate_pem());
  }

  // Starts with server.crt and these further lines of tls_server_config.
  void start(const std::string& lines = "", const std::string& listen = "127.0.0.1:0") {
    write(lines);
    exporter_.emplace(registry_, HttpOptions{.listen = listen, .web_config_file = file()});
  }
  void write(const std::string& lines) const {
    files_.write("web.yml", "tls_server_config:\n  cert_file: server.crt\n  key_file: secrets/server.key\n" + lines);
  }
  std::string file() const { return files_.root() + "/web.yml"; }
  std::uint16_t port() const { return exporter_->port(); }

  // Returns the error message of an exporter with this file.
  std::string mistake_in(const std::string& text) const {
    files_.write("web.yml", text);
    try {
      const HttpExporter exporter(registry_, {.listen = "127.0.0.1:0", .web_config_file = file()});
    } catch (const std::exception& error) {
      return error.what();
    }
    return "nothing was thrown";
  }

  const TestCertificate authority_{"authority"};
  const TestCertificate server_{"server", "DNS:localhost, IP:127.0.0.1", &authority_};
  const TestCertificate client_{"client", "DNS:prometheus, email:ops@example.org, IP:10.0.0.1, URI:spiffe://a/b",
                                &authority_};
  const TestCertificate other_authority_{"other authority", "DNS:prometheus"};
  TemporaryFolder files_;
  const Registry registry_ = jobs_registry();
  std::optional<HttpExporter> exporter_;
  HttpsClient anonymous_{.authority = authority_};
  HttpsClient known_{.authority = authority_, .own = &client_};
  HttpsClient unknown_{.authority = authority_, .own = &other_authority_};
};

TEST_F(HttpExporterTls, ServesTheRegistry) {
  start();
  EXPECT_EQ(anonymous_.get(port()).body, kJobs);
  EXPECT_EQ(anonymous_.protocol, "TLSv1.3");
  EXPECT_EQ(anonymous_.request(port(), "GET /none HTTP/1.0\r\n\r\n").status(), "404");
  HttpsClient distrustful{.authority = other_authority_};
  EXPECT_EQ(distrustful.get(port()).head, "");
}

TEST_F(HttpExporterTls, ServesALargeExpositionOnSeveralAddresses) {
  const auto family = registry_.counter({.name = "large_total", .help = "Large."}, {"text"});
  for (int i = 0; i < 5000; ++i) family.labels(std::to_string(i) + std::string(1000, 'x')).inc();
  start("", "127.0.0.1:0,127.0.0.2:0,[::1]:0");
  EXPECT_EQ(exporter_->addresses().size(), 3u);
  EXPECT_EQ(anonymous_.get(port()).body, to_text(registry_));
}

TEST_F(HttpExporterTls, ReadsAnInlineCertificate) {
  const auto indented = [](const std::string& pem) {
    std::string text = " |\n    ";
    for (const char c : pem) text += c == '\n' ? std::string("\n    ") : std::string(1, c);
    return text + "\n";
  };
  files_.write("web.yml", "tls_server_config:\n  cert:" + indented(server_.certificate_pem()) +
                              "  key:" + indented(server_.key_pem()));
  exporter_.emplace(registry_, HttpOptions{.listen = "127.0.0.1:0", .web_config_file = file()});
  EXPECT_EQ(anonymous_.get(port()).body, kJobs);
}

TEST_F(HttpExporterTls, RepliesInPlainTextToAClientWithoutTls) {
  start();
  EXPECT_EQ(get(port()).head.substr(0, 26), "HTTP/1.1 400 Bad Request\r\n");
  EXPECT_EQ(get(port()).body, "this port expects TLS; use https:// in the address\n");
  for (const std::string& bytes :
       {std::string("\r\n\r\n"), std::string(100'000, '\x16'), std::string("\x16\x03\x01")}) {
    RawConnection connection(port());
    connection.send(bytes);
    connection.end_sending();
    connection.receive();
  }
  EXPECT_EQ(anonymous_.get(port()).body, kJobs);
}

TEST_F(HttpExporterTls, ServesOtherClientsDuringEndlessKeyUpdates) {
  start();
  std::promise<void> began;
  std::atomic<bool> ends{false};
  std::thread announcing([&] {
    const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    const std::unique_ptr<BIO, void (*)(BIO*)> bio(BIO_new_ssl_connect(context.get()), BIO_free_all);
    BIO_set_conn_hostname(bio.get(), ("127.0.0.1:" + std::to_string(port())).c_str());
    BIO_do_handshake(bio.get());
    SSL* ssl = nullptr;
    BIO_get_ssl(bio.get(), &ssl);
    const auto announce = [&] {
      return SSL_key_update(ssl, SSL_KEY_UPDATE_NOT_REQUESTED) && SSL_do_handshake(ssl) == 1;
    };
    for (int i = 0; i < 1000; ++i) announce();
    began.set_value();
    while (!ends && announce()) {
    }
    ERR_clear_error();
  });
  began.get_future().wait();
  EXPECT_EQ(anonymous_.get(port()).body, kJobs);
  ends = true;
  announcing.join();
}

TEST_F(HttpExporterTls, RequiresAClientCertificateAccordingToThePolicy) {
  const auto answers = [&](const char* policy, bool with_authority) {
    start("  client_auth_type: " + std::string(policy) + "\n" + (with_authority ? "  client_ca_file: ca.crt\n" : ""));
    std::string who;
    if (anonymous_.get(port()).body == kJobs) who += " anonymous";
    if (known_.get(port()).body == kJobs) who += " known";
    if (unknown_.get(port()).body == kJobs) who += " unknown";
    return who;
  };
  EXPECT_EQ(answers("NoClientCert", false), " anonymous known unknown");
  EXPECT_EQ(answers("RequestClientCert", true), " anonymous known unknown");
  EXPECT_EQ(answers("RequireAnyClientCert", false), " known unknown");
  EXPECT_EQ(answers("RequireClientCert", true), " known unknown");
  EXPECT_EQ(answers("VerifyClientCertIfGiven", true), " anonymous known");
  EXPECT_EQ(answers("RequireAndVerifyClientCert", true), " known");
}

// Clients that have not shown a certificate hold no thread and cannot delay scrapes.
TEST_F(HttpExporterTls, ServesOtherClientsDuringHandshakesThatDoNotEnd) {
  write("  client_ca_file: ca.crt\n  client_auth_type: RequireAndVerifyClientCert\n");
  exporter_.emplace(registry_, HttpOptions{.listen = "127.0.0.1:0",
                                           .web_config_file = file(),
                                           .request_timeout = std::chrono::hours(1),
                                           .scrape_threads = 1});
  std::list<RawConnection> clients;
  for (int i = 0; i < 20; ++i) {
    clients.emplace_back(port());
    if (i % 2 == 0) clients.back().send("\x16\x03\x01");
  }
  EXPECT_EQ(anonymous_.get(port()).head, "");
  EXPECT_EQ(known_.get(port()).body, kJobs);
}

TEST_F(HttpExporterTls, ClosesSilentConnections) {
  write("");
  exporter_.emplace(registry_, HttpOptions{.listen = "127.0.0.1:0",
                                           .web_config_file = file(),
                                           .request_timeout = std::chrono::milliseconds(50)});
  RawConnection silent(port());
  EXPECT_EQ(silent.receive(), "");
}

TEST_F(HttpExporterTls, RefusesABodyUnread) {
  start();
  const std::string head = "POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n";
  EXPECT_EQ(anonymous_.request(port(), head).status(), "405");
  EXPECT_EQ(anonymous_.request(port(), head + std::string(500'000, 'x')).status(), "405");
  EXPECT_EQ(anonymous_.get(port()).body, kJobs);
}

TEST_F(HttpExporterTls, KeepsTheLastGoodCertificateWhileAFileIsBroken) {
  start();
  EXPECT_EQ(anonymous_.get(port()).body, kJobs);
  const TestCertificate successor("successor", "DNS:localhost", &other_authority_);
  files_.write("server.crt", successor.certificate_pem());
  EXPECT_EQ(anonymous_.get(port()).body, kJobs) << "the key belongs to the old certificate";
  files_.write("secrets/server.key", successor.key_pem());
  EXPECT_EQ(anonymous_.get(port()).head, "");
  HttpsClient other_client{.authority = other_authority_};
  EXPECT_EQ(other_client.get(port()).body, kJobs);
  write("  client_auth_type: RequireAnyClientCert\n");
  EXPECT_EQ(other_client.get(port()).head, "");
  files_.write("web.yml", "");
  EXPECT_EQ(other_client.get(port()).head, "") << "TLS is switched on or off only at the start";
  write("");
  EXPECT_EQ(other_client.get(port()).body, kJobs);
}

TEST_F(HttpExporterTls, KeepsConnectionsDuringAChangeOfTheCertificate) {
  start();
  const std::string kept = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const TestCertificate successor("successor", "DNS:localhost", &other_authority_);
  HttpsClient client{.authority = authority_};
  client.between = [&] {
    files_.write("server.crt", successor.certificate_pem());
    files_.write("secrets/server.key", successor.key_pem());
  };
  const std::string last = "GET /metrics HTTP/1.0\r\n\r\n";
  EXPECT_TRUE(client.request(port(), kept, last).body.ends_with("\r\n\r\n" + kJobs));
  EXPECT_EQ(anonymous_.get(port()).head, "") << "new connections use the new certificate";
}

TEST_F(HttpExporterTls, ReportsErrorsOnConstruction) {
  const std::string start = "web configuration: tls_server_config: ";
  const std::string key = "  key_file: secrets/server.key\n";
  EXPECT_EQ(mistake_in("tls_server_config:\n  cert_file: none.crt\n" + key),
            "file '" + files_.root() + "/none.crt': cannot be read: No such file or directory");
  EXPECT_THAT(mistake_in("tls_server_config:\n  cert: nonsense\n" + key), StartsWith(start + "cert: error:"));
  EXPECT_THAT(mistake_in("tls_server_config:\n  cert_file: ca.crt\n" + key),
              AllOf(StartsWith(start + "key '" + files_.root() + "/secrets/server.key': error:"),
                    HasSubstr("key values mismatch")));
  files_.write("locked.key", server_.key_pem("passphrase"));
  EXPECT_THAT(mistake_in("tls_server_config:\n  cert_file: server.crt\n  key_file: locked.key\n"),
              StartsWith(start + "key '" + files_.root() + "/locked.key': error:"));
  files_.write("half.crt", server_.certificate_pem() + authority_.certificate_pem().substr(0, 200));
  EXPECT_THAT(mistake_in("tls_server_config:\n  cert_file: half.crt\n" + key),
              StartsWith(start + "cert '" + files_.root() + "/half.crt': error:"));
  EXPECT_THAT(mistake_in("tls_server_config:\n  cert_file: server.crt\n" + key +
                         "  client_auth_type: RequireAndVerifyClientCert\n  client_ca: none\n"),
              StartsWith(start + "client_ca: error:"));
}

}  // namespace
}  // namespace narthex
