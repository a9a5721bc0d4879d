#include "http/tls_context.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "support/test_certificate.h"
#include "support/tls_pair.h"

namespace narthex::detail {
namespace {

const std::string kHttp11 = "\x08http/1.1";
const std::string kHttp2 = "\x02h2";

// The context of a server, two certificate authorities, and clients.
class TlsContexts : public testing::Test {
 protected:
  // Returns a context with the certificate of the server and these settings.
  std::shared_ptr<const TlsContext> context(TlsConfig config = {}) const {
    config.cert = server_.certificate_pem();
    config.key = server_.key_pem();
    if (config.client_auth != ClientAuth::kNone) config.client_ca = authority_.certificate_pem();
    TlsTexts texts = read_tls_texts(config);
    return std::make_shared<const TlsContext>(std::move(config), std::move(texts));
  }

  // Returns whether a client is served by a server with these settings.
  bool is_served(const TlsConfig& config, const TlsClient& client) const {
    return TlsPair(*context(config), client).is_open();
  }

  // Returns the session of a client after a first connection.
  static TlsSession first_session(const TlsContext& context, const TlsClient& client) {
    TlsPair pair(context, client);
    EXPECT_TRUE(pair.is_open());
    EXPECT_FALSE(pair.is_resumed());
    return pair.session();
  }

  const TestCertificate authority_{"authority"};
  const TestCertificate server_{"server", "DNS:localhost", &authority_};
  const TestCertificate own_{"client", "DNS:prometheus, email:ops@example.org, IP:10.0.0.1, URI:spiffe://a/b",
                             &authority_};
  const TestCertificate other_authority_{"other authority", "DNS:prometheus"};
  const TlsClient anonymous_{.authority = authority_};
  const TlsClient known_{.authority = authority_, .own = &own_};
  const TlsClient unknown_{.authority = authority_, .own = &other_authority_};
};

std::function<void(SSL_CTX*)> only_version(int version) {
  return [version](SSL_CTX* context) {
    if (version < TLS1_2_VERSION) SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_min_proto_version(context, version);
    SSL_CTX_set_max_proto_version(context, version);
  };
}

TEST_F(TlsContexts, RequireAClientCertificateAccordingToThePolicy) {
  const auto served = [&](ClientAuth policy) {
    const TlsConfig config{.client_auth = policy};
    std::string who;
    if (is_served(config, anonymous_)) who += " anonymous";
    if (is_served(config, known_)) who += " known";
    if (is_served(config, unknown_)) who += " unknown";
    return who;
  };
  EXPECT_EQ(served(ClientAuth::kNone), " anonymous known unknown");
  EXPECT_EQ(served(ClientAuth::kRequest), " anonymous known unknown");
  EXPECT_EQ(served(ClientAuth::kRequireAny), " known unknown");
  EXPECT_EQ(served(ClientAuth::kVerifyIfGiven), " anonymous known");
  EXPECT_EQ(served(ClientAuth::kRequireAndVerify), " known");
}

TEST_F(TlsContexts, RequireAnAllowedNameInTheClientCertificate) {
  const auto is_accepted = [&](const char* name) {
    const TlsConfig config{.client_auth = ClientAuth::kRequireAndVerify, .client_allowed_sans = {"other", name}};
    EXPECT_FALSE(is_served(config, unknown_)) << name;
    return is_served(config, known_);
  };
  for (const char* name : {"prometheus", "ops@example.org", "10.0.0.1", "spiffe://a/b"}) EXPECT_TRUE(is_accepted(name));
  for (const char* name : {"client", "Prometheus", "prometheus.example.org", "10.0.0.11", "ops"}) {
    EXPECT_FALSE(is_accepted(name)) << name;
  }
}

TEST_F(TlsContexts, UseTheConfiguredVersions) {
  TlsClient client = anonymous_;
  EXPECT_EQ(TlsPair(*context(), client).version(), "TLSv1.3");
  client.prepare = only_version(TLS1_1_VERSION);
  EXPECT_FALSE(is_served({}, client)) << "TLS 1.2 is the default minimum";
  client.prepare = only_version(TLS1_2_VERSION);
  EXPECT_TRUE(is_served({}, client));
  EXPECT_FALSE(is_served({.min_version = TLS1_3_VERSION}, client));
  client.prepare = only_version(TLS1_3_VERSION);
  EXPECT_FALSE(is_served({.max_version = TLS1_2_VERSION}, client));
  EXPECT_EQ(TlsPair(*context({.max_version = TLS1_2_VERSION}), anonymous_).version(), "TLSv1.2");
  client.prepare = only_version(TLS1_VERSION);
  TlsPair oldest(*context({.min_version = TLS1_VERSION}), client);
  EXPECT_TRUE(oldest.is_open());
  EXPECT_EQ(oldest.version(), "TLSv1");
}

TEST_F(TlsContexts, UseTheConfiguredCiphersAndCurves) {
  const TlsConfig two{.cipher_suites = {"TLS_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"}};
  TlsClient older = anonymous_;
  older.prepare = only_version(TLS1_2_VERSION);
  EXPECT_EQ(TlsPair(*context(two), anonymous_).cipher(), "TLS_CHACHA20_POLY1305_SHA256");
  EXPECT_EQ(TlsPair(*context(two), older).cipher(), "ECDHE-ECDSA-AES256-GCM-SHA384");
  EXPECT_FALSE(is_served({.cipher_suites = {"TLS_AES_128_GCM_SHA256"}}, older)) << "no cipher of TLS 1.2 is named";
  const TlsConfig one_curve{.curve_preferences = {"CurveP384"}};
  TlsClient client = anonymous_;
  client.prepare = [](SSL_CTX* context) { SSL_CTX_set1_groups_list(context, "X25519:P-256"); };
  EXPECT_FALSE(is_served(one_curve, client));
  client.prepare = [](SSL_CTX* context) { SSL_CTX_set1_groups_list(context, "X25519:P-384"); };
  EXPECT_TRUE(is_served(one_curve, client));
}

TEST_F(TlsContexts, SelectHttp11) {
  TlsClient client = anonymous_;
  client.protocols = kHttp2 + kHttp11;
  TlsPair both(*context(), client);
  EXPECT_TRUE(both.is_open());
  EXPECT_EQ(both.protocol(), "http/1.1");
  TlsPair none(*context(), anonymous_);
  EXPECT_TRUE(none.is_open());
  EXPECT_EQ(none.protocol(), "");
}

TEST_F(TlsContexts, RejectAClientThatOffersOnlyOtherProtocols) {
  TlsClient client = anonymous_;
  client.protocols = kHttp2;
  TlsPair pair(*context(), client);
  EXPECT_FALSE(pair.is_open());
  EXPECT_EQ(pair.alert(), "no application protocol");
}

TEST_F(TlsContexts, ResumeASession) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client = anonymous_;
    client.prepare = only_version(version);
    const auto server = context();
    const TlsSession session = first_session(*server, client);
    TlsPair pair(*server, client, session.get());
    EXPECT_TRUE(pair.is_open());
    EXPECT_TRUE(pair.is_resumed()) << pair.version();
  }
}

TEST_F(TlsContexts, ResumeNoSessionOfAnotherContext) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client = known_;
    client.prepare = only_version(version);
    const TlsConfig config{.client_auth = ClientAuth::kRequireAndVerify};
    const TlsSession session = first_session(*context(config), client);
    TlsPair pair(*context(config), client, session.get());
    EXPECT_TRUE(pair.is_open());
    EXPECT_FALSE(pair.is_resumed()) << pair.version();
  }
}

TEST_F(TlsContexts, ResumeTheSessionOfAClientWithACertificate) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client = known_;
    client.prepare = only_version(version);
    const auto server = context({.client_auth = ClientAuth::kRequireAndVerify, .client_allowed_sans = {"prometheus"}});
    const TlsSession session = first_session(*server, client);
    TlsPair pair(*server, client, session.get());
    EXPECT_TRUE(pair.is_open());
    EXPECT_TRUE(pair.is_resumed()) << pair.version();
    EXPECT_TRUE(SSL_get0_peer_certificate(pair.server())) << "the certificate belongs to the session";
  }
}

// The certificates of the test are valid for an hour.
TEST_F(TlsContexts, ResumeNoSessionWhoseCertificateHasExpired) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client = known_;
    client.prepare = only_version(version);
    const auto server = context({.client_auth = ClientAuth::kRequireAndVerify});
    const TlsSession session = first_session(*server, client);
    X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(SSL_CTX_get_cert_store(server->raw())), std::time(nullptr) + 7200);
    TlsPair pair(*server, client, session.get());
    EXPECT_FALSE(pair.is_open());
    EXPECT_FALSE(pair.is_resumed()) << pair.version();
    EXPECT_EQ(pair.alert(), "certificate expired");
  }
}

TEST_F(TlsContexts, ServeAClientWithAnIntermediateCertificateWithoutResumption) {
  const TestCertificate intermediate("intermediate", "", &authority_, TestCertificate::Kind::authority);
  const TestCertificate own("client", "DNS:prometheus", &intermediate);
  const TlsClient client{.authority = authority_, .own = &own, .intermediate = &intermediate};
  const auto server = context({.client_auth = ClientAuth::kRequireAndVerify});
  const TlsSession session = first_session(*server, client);
  TlsPair pair(*server, client, session.get());
  EXPECT_TRUE(pair.is_open());
  EXPECT_FALSE(pair.is_resumed());
}

TEST_F(TlsContexts, KeepNoSessionInMemory) {
  TlsClient without_tickets = anonymous_;
  without_tickets.prepare = [](SSL_CTX* context) {
    SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  };
  const auto server = context();
  for (const TlsClient& client : {anonymous_, without_tickets}) {
    TlsPair pair(*server, client);
    EXPECT_TRUE(pair.is_open());
    EXPECT_EQ(SSL_CTX_sess_number(server->raw()), 0);
  }
}

// Otherwise one read lasts for as long as a client announces new keys.
TEST_F(TlsContexts, ReturnFromAReadAfterEachKeyUpdate) {
  TlsPair pair(*context(), anonymous_);
  ASSERT_TRUE(pair.is_open());
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(SSL_key_update(pair.client(), SSL_KEY_UPDATE_NOT_REQUESTED), 1);
    ASSERT_EQ(SSL_do_handshake(pair.client()), 1);
  }
  char byte = 0;
  EXPECT_LE(SSL_read(pair.server(), &byte, 1), 0);
  EXPECT_GT(BIO_pending(SSL_get_rbio(pair.server())), 0) << "the second message is read later";
}

TEST_F(TlsContexts, ReleaseTheBuffersOfIdleConnections) {
  TlsPair pair(*context(), anonymous_);
  EXPECT_NE(SSL_get_mode(pair.server()) & SSL_MODE_RELEASE_BUFFERS, 0);
}

}  // namespace
}  // namespace narthex::detail
