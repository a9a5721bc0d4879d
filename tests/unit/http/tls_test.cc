#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <future>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <narthex/civetweb_exporter.h>
#include <narthex/narthex.h>
#include <sys/resource.h>

#include "support/http_client.h"
#include "support/https_client.h"
#include "support/temporary_folder.h"
#include "support/test_certificate.h"

namespace narthex {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::StartsWith;

const std::string kBody = "# HELP jobs_total Jobs done.\n# TYPE jobs_total counter\njobs_total 3\n";

// An IPv4 socket of this process, as in /proc/net/tcp.
struct OwnSocket {
  std::string state;  // "0A": listening
  std::uint16_t port;
  std::uint16_t remote_port;
};

std::uint16_t port_in(const std::string& address) {
  return static_cast<std::uint16_t>(std::stoi(address.substr(address.find(':') + 1), nullptr, 16));
}

std::vector<OwnSocket> own_sockets() {
  std::set<std::string> own;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    own.insert(std::filesystem::read_symlink(entry, gone));
  }
  std::vector<OwnSocket> sockets;
  std::ifstream lines("/proc/self/net/tcp");
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string number, local, remote, state, word, inode;
    words >> number >> local >> remote >> state >> word >> word >> word >> word >> word >> inode;
    if (own.contains("socket:[" + inode + "]")) sockets.push_back({state, port_in(local), port_in(remote)});
  }
  return sockets;
}

std::set<std::uint16_t> listening_ports() {
  std::set<std::uint16_t> ports;
  for (const OwnSocket& socket : own_sockets()) {
    if (socket.state == "0A") ports.insert(socket.port);
  }
  return ports;
}

// Returns the reply to a request from this port of 127.0.0.2.
HttpReply get_from_elsewhere(std::uint16_t own_port, std::uint16_t port) {
  sockaddr_in own{};
  own.sin_family = AF_INET;
  own.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
  own.sin_port = htons(own_port);
  RawConnection connection(port, own);
  connection.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
  return HttpReply::of(connection.receive());
}

// An exporter with TLS, two certificate authorities, and the certificates that they signed.
class Tls : public testing::Test {
 protected:
  Tls() {
    registry_.counter({.name = "jobs_total", .help = "Jobs done."}).inc(3);
    files_.write("server.crt", server_.certificate_pem());
    files_.write("secrets/server.key", server_.key_pem());
    files_.write("ca.crt", authority_.certificate_pem());
  }

  // Starts with server.crt and these further lines of tls_server_config.
  void start(const std::string& lines = "", const std::string& listen = "127.0.0.1:0") {
    write(lines);
    exporter_.emplace(registry_, CivetwebOptions{.listen = listen, .web_config_file = file()});
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
      const CivetwebExporter exporter(registry_, {.listen = "127.0.0.1:0", .web_config_file = file()});
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
  Registry registry_;
  std::optional<CivetwebExporter> exporter_;
  HttpsClient anonymous_{.authority = authority_};
  HttpsClient known_{.authority = authority_, .own = &client_};
  HttpsClient unknown_{.authority = authority_, .own = &other_authority_};
};

TEST_F(Tls, ServesTheRegistry) {
  start();
  EXPECT_EQ(anonymous_.get(port()).body, kBody);
  EXPECT_EQ(anonymous_.protocol, "TLSv1.3");
  EXPECT_EQ(anonymous_.request(port(), "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").status(), "404");
  HttpsClient distrustful{.authority = other_authority_};
  EXPECT_EQ(distrustful.get(port()).head, "");
}

TEST_F(Tls, ServesALargeExpositionOnSeveralAddresses) {
  const auto family = registry_.counter({.name = "large_total", .help = "Large."}, {"text"});
  for (int i = 0; i < 5000; ++i) family.labels(std::to_string(i) + std::string(1000, 'x')).inc();
  start("", "127.0.0.1:0,127.0.0.2:0,[::1]:0");
  EXPECT_EQ(exporter_->addresses().size(), 3u);
  EXPECT_EQ(anonymous_.get(port()).body, to_text(registry_));
}

TEST_F(Tls, ReadsAnInlineCertificate) {
  const auto indented = [](const std::string& pem) {
    std::string text = " |\n    ";
    for (const char c : pem) text += c == '\n' ? std::string("\n    ") : std::string(1, c);
    return text + "\n";
  };
  files_.write("web.yml", "tls_server_config:\n  cert:" + indented(server_.certificate_pem()) +
                              "  key:" + indented(server_.key_pem()));
  exporter_.emplace(registry_, CivetwebOptions{.listen = "127.0.0.1:0", .web_config_file = file()});
  EXPECT_EQ(anonymous_.get(port()).body, kBody);
}

TEST_F(Tls, RepliesInPlainTextToAClientWithoutTls) {
  start();
  EXPECT_EQ(get(port()).head.substr(0, 26), "HTTP/1.1 400 Bad Request\r\n");
  EXPECT_EQ(get(port()).body, "this port speaks HTTPS\n");
  for (const std::string& bytes :
       {std::string("\r\n\r\n"), std::string(100'000, '\x16'), std::string("\x16\x03\x01")}) {
    RawConnection connection(port());
    connection.send(bytes);
    connection.end_sending();
    connection.receive();
  }
  EXPECT_EQ(anonymous_.get(port()).body, kBody);
}

// Untrusted clients cannot delay scrapes.
TEST_F(Tls, ReleasesTheThreadOfAFailedHandshake) {
  write("  client_ca_file: ca.crt\n  client_auth_type: RequireAndVerifyClientCert\n");
  exporter_.emplace(registry_, CivetwebOptions{.listen = "127.0.0.1:0",
                                               .request_timeout = std::chrono::hours(1),
                                               .worker_threads = 1,
                                               .web_config_file = file()});
  std::list<RawConnection> clients;
  for (int i = 0; i < 20; ++i) {
    clients.emplace_back(port());
    if (i % 2 == 0) clients.back().send("\x16\x03\x01");
  }
  EXPECT_EQ(anonymous_.get(port()).head, "");
  EXPECT_EQ(known_.get(port()).body, kBody);
}

TEST_F(Tls, ServesOtherClientsDuringEndlessKeyUpdates) {
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
  EXPECT_EQ(anonymous_.get(port()).body, kBody);
  ends = true;
  announcing.join();
}

TEST_F(Tls, ClosesSilentConnections) {
  write("");
  exporter_.emplace(registry_, CivetwebOptions{.listen = "127.0.0.1:0",
                                               .request_timeout = std::chrono::milliseconds(50),
                                               .web_config_file = file()});
  RawConnection silent(port());
  EXPECT_EQ(silent.receive(), "");
}

TEST_F(Tls, HoldsNoThreadForAnEndlessBody) {
  write("");
  exporter_.emplace(registry_, CivetwebOptions{.listen = "127.0.0.1:0",
                                               .request_timeout = std::chrono::hours(1),
                                               .worker_threads = 1,
                                               .web_config_file = file()});
  const std::string head = "POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n";
  EXPECT_EQ(anonymous_.request(port(), head).status(), "405");
  EXPECT_EQ(anonymous_.request(port(), head + std::string(5'000'000, 'x')).status(), "405");
  EXPECT_EQ(anonymous_.get(port()).body, kBody);
}

// poll() fails if it gets more descriptors than the process may have open.
TEST_F(Tls, ClosesSilentConnectionsIfFewDescriptorsAreLeft) {
  write("");
  exporter_.emplace(
      registry_,
      CivetwebOptions{.listen = "127.0.0.1:0", .request_timeout = std::chrono::seconds(1), .web_config_file = file()});
  std::list<RawConnection> silent;
  for (int i = 0; i < 60; ++i) silent.emplace_back(port());
  const auto is_accepted = [&](const OwnSocket& socket) { return socket.state == "01" && socket.port == port(); };
  while (std::ranges::count_if(own_sockets(), is_accepted) < 60) std::this_thread::yield();
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  const rlimit few{.rlim_cur = 100, .rlim_max = before.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &few);
  silent.back().send("\x16");  // wakes the relay
  EXPECT_EQ(silent.front().receive(), "");
  ::setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(anonymous_.get(port()).body, kBody);
}

// civetweb listens without TLS on an internal port. A rejected client must not use that port.
TEST_F(Tls, RejectsDirectRequestsToTheInternalPort) {
  start("  client_auth_type: RequireAnyClientCert\n");
  int refused = 0;
  for (const std::uint16_t other : listening_ports()) {
    if (other == port()) continue;
    const HttpReply reply = get(other);
    if (reply.status() == "403") ++refused;
    EXPECT_THAT(reply.body, testing::Not(HasSubstr("jobs_total")));
  }
  EXPECT_EQ(refused, 1);
}

TEST_F(Tls, RejectsDirectRequestsFromAPortOfAnActiveConnection) {
  start("  client_auth_type: RequireAnyClientCert\n");
  const std::set<std::uint16_t> listening = listening_ports();
  // Runs while the known client is served, so that its connection to civetweb is open.
  std::vector<std::string> others;
  const Registration asked = registry_.gauge_function({.name = "asked", .help = "Asked."}, [&] {
    for (const OwnSocket& socket : own_sockets()) {
      if (socket.state != "01" || !listening.contains(socket.remote_port) || socket.remote_port == port()) continue;
      others.push_back(get_from_elsewhere(socket.port, socket.remote_port).status());
    }
    return 1.0;
  });
  EXPECT_EQ(known_.get(port()).status(), "200");
  EXPECT_THAT(others, testing::ElementsAre("403"));
}

TEST_F(Tls, RequiresAClientCertificateAccordingToThePolicy) {
  const auto answers = [&](const char* policy, bool with_authority) {
    start("  client_auth_type: " + std::string(policy) + "\n" + (with_authority ? "  client_ca_file: ca.crt\n" : ""));
    std::string who;
    if (anonymous_.get(port()).body == kBody) who += " anonymous";
    if (known_.get(port()).body == kBody) who += " known";
    if (unknown_.get(port()).body == kBody) who += " unknown";
    return who;
  };
  EXPECT_EQ(answers("NoClientCert", false), " anonymous known unknown");
  EXPECT_EQ(answers("RequestClientCert", true), " anonymous known unknown");
  EXPECT_EQ(answers("RequireAnyClientCert", false), " known unknown");
  EXPECT_EQ(answers("RequireClientCert", true), " known unknown");
  EXPECT_EQ(answers("VerifyClientCertIfGiven", true), " anonymous known");
  EXPECT_EQ(answers("RequireAndVerifyClientCert", true), " known");
}

TEST_F(Tls, RequiresAnAllowedNameInTheClientCertificate) {
  const auto is_let_in = [&](const std::string& names) {
    start("  client_ca_file: ca.crt\n  client_auth_type: RequireAndVerifyClientCert\n  client_allowed_sans: " + names +
          "\n");
    EXPECT_EQ(unknown_.get(port()).head, "");
    return known_.get(port()).body == kBody;
  };
  for (const char* name : {"prometheus", "ops@example.org", "10.0.0.1", "'spiffe://a/b'"}) {
    EXPECT_TRUE(is_let_in("[other, " + std::string(name) + "]")) << name;
  }
  EXPECT_FALSE(is_let_in("[client, Prometheus, prometheus.example.org, 10.0.0.11, ops]"));
}

TEST_F(Tls, UsesTheConfiguredVersions) {
  const auto limit = [](int version) {
    return [version](SSL_CTX* context) { SSL_CTX_set_max_proto_version(context, version); };
  };
  start("  min_version: TLS13\n");
  anonymous_.prepare = limit(TLS1_2_VERSION);
  EXPECT_EQ(anonymous_.get(port()).head, "");
  start("  max_version: TLS12\n");
  anonymous_.prepare = limit(TLS1_3_VERSION);
  EXPECT_EQ(anonymous_.get(port()).body, kBody);
  EXPECT_EQ(anonymous_.protocol, "TLSv1.2");
  start("  min_version: TLS10\n");
  anonymous_.prepare = [](SSL_CTX* context) {
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context, TLS1_VERSION);
  };
  EXPECT_EQ(anonymous_.get(port()).body, kBody);
  EXPECT_EQ(anonymous_.protocol, "TLSv1");
}

TEST_F(Tls, UsesTheConfiguredCiphersAndCurves) {
  start("  cipher_suites: [TLS_CHACHA20_POLY1305_SHA256, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]\n");
  EXPECT_EQ(anonymous_.get(port()).body, kBody);
  EXPECT_EQ(anonymous_.cipher, "TLS_CHACHA20_POLY1305_SHA256");
  const auto older = [](SSL_CTX* context) { SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION); };
  anonymous_.prepare = older;
  EXPECT_EQ(anonymous_.get(port()).body, kBody);
  EXPECT_EQ(anonymous_.cipher, "ECDHE-ECDSA-AES256-GCM-SHA384");
  start("  cipher_suites: [TLS_AES_128_GCM_SHA256]\n");
  EXPECT_EQ(anonymous_.get(port()).head, "") << "no cipher of TLS 1.2 is named";
  start("  curve_preferences: [CurveP384]\n");
  anonymous_.prepare = [](SSL_CTX* context) { SSL_CTX_set1_groups_list(context, "X25519:P-256"); };
  EXPECT_EQ(anonymous_.get(port()).head, "");
  anonymous_.prepare = [](SSL_CTX* context) { SSL_CTX_set1_groups_list(context, "X25519:P-384"); };
  EXPECT_EQ(anonymous_.get(port()).body, kBody);
}

TEST_F(Tls, ReadsItsFilesForEveryConnection) {
  start();
  EXPECT_EQ(anonymous_.get(port()).body, kBody);
  const TestCertificate successor("successor", "DNS:localhost", &other_authority_);
  files_.write("server.crt", successor.certificate_pem());
  EXPECT_EQ(anonymous_.get(port()).head, "") << "the key belongs to the old certificate";
  files_.write("secrets/server.key", successor.key_pem());
  EXPECT_EQ(anonymous_.get(port()).head, "");
  HttpsClient other_client{.authority = other_authority_};
  EXPECT_EQ(other_client.get(port()).body, kBody);
  write("  client_auth_type: RequireAnyClientCert\n");
  EXPECT_EQ(other_client.get(port()).head, "");
  files_.write("web.yml", "");
  EXPECT_EQ(other_client.get(port()).head, "") << "TLS is switched on or off only at the start";
  EXPECT_THAT(get(port()).body, AnyOf("", StartsWith("this port")));
  write("");
  EXPECT_EQ(other_client.get(port()).body, kBody);
}

TEST_F(Tls, ReportsErrorsOnConstruction) {
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
