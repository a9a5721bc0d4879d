#include "http/tls_context.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <new>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "http/client_names.h"
#include "http/joined.h"
#include "http/small_file.h"
#include "http/tls_names.h"

namespace narthex::detail {

namespace {

constexpr std::chrono::seconds kSessionLifetime{3600};

template <auto Free>
struct Freeing {
  template <typename Object>
  void operator()(Object* object) const {
    Free(object);
  }
};
using Bio = std::unique_ptr<BIO, Freeing<BIO_free>>;
using Certificate = std::unique_ptr<X509, Freeing<X509_free>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, Freeing<EVP_PKEY_free>>;

[[noreturn]] void refuse(std::string_view key, std::string_view file) {
  std::array<char, 256> reason{};
  ERR_error_string_n(ERR_peek_last_error(), reason.data(), reason.size());
  ERR_clear_error();
  throw OptionsError(fmt::format("web configuration: tls_server_config: {}{}{}: {}", key, file.empty() ? "" : " ",
                                 file.empty() ? "" : quote(file), reason.data()));
}

Bio reading(const std::string& text) {
  Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  if (!bio) throw std::bad_alloc();
  return bio;
}

// Without it, OpenSSL reads the passphrase from the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

// Returns the certificates of a PEM text, at least one.
std::vector<Certificate> certificates_of(const std::string& text, std::string_view key, std::string_view file) {
  const Bio bio = reading(text);
  std::vector<Certificate> all;
  while (Certificate next{PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr)})
    all.push_back(std::move(next));
  if (all.empty() || ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) refuse(key, file);
  ERR_clear_error();  // the end of the text was one
  return all;
}

std::string text_of(const std::string& file, const std::string& inline_text) {
  return file.empty() ? inline_text : read_small_file(file);
}

// Decides about the certificate of a client. OpenSSL alone cannot accept certificates that are requested, but not
// verified.
int verify_client(X509_STORE_CTX* store, void* argument) {
  const auto& config = static_cast<const TlsContext*>(argument)->config();
  const bool verifies =
      config.client_auth == ClientAuth::kVerifyIfGiven || config.client_auth == ClientAuth::kRequireAndVerify;
  if (verifies && X509_verify_cert(store) != 1) return 0;
  if (config.client_allowed_sans.empty() || has_name(*X509_STORE_CTX_get0_cert(store), config.client_allowed_sans)) {
    return 1;
  }
  X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
  return 0;
}

// Checks the certificate of a session as verify_client() did in the full handshake. A session has no intermediate
// certificates: a client that needs one is not accepted here, and makes a full handshake again.
bool accepts_again(SSL* ssl, X509* certificate, void* context) {
  const std::unique_ptr<X509_STORE_CTX, Freeing<X509_STORE_CTX_free>> check(X509_STORE_CTX_new());
  X509_STORE* store = SSL_CTX_get_cert_store(SSL_get_SSL_CTX(ssl));
  if (!check || X509_STORE_CTX_init(check.get(), store, certificate, nullptr) != 1 ||
      X509_STORE_CTX_set_default(check.get(), "ssl_client") != 1) {
    return false;
  }
  X509_VERIFY_PARAM_set_auth_level(X509_STORE_CTX_get0_param(check.get()), SSL_get_security_level(ssl));
  return verify_client(check.get(), context) == 1;
}

// Decides about a session ticket that OpenSSL has decrypted or not.
SSL_TICKET_RETURN use_ticket(SSL* ssl, SSL_SESSION* session, const unsigned char*, std::size_t,
                             SSL_TICKET_STATUS status, void* context) {
  if (status != SSL_TICKET_SUCCESS && status != SSL_TICKET_SUCCESS_RENEW) return SSL_TICKET_RETURN_IGNORE_RENEW;
  X509* certificate = SSL_SESSION_get0_peer(session);
  if (certificate) {
    ERR_set_mark();  // an error of the check must not look like one of the connection
    const bool is_accepted = accepts_again(ssl, certificate, context);
    ERR_pop_to_mark();
    if (!is_accepted) return SSL_TICKET_RETURN_IGNORE_RENEW;
  }
  return status == SSL_TICKET_SUCCESS ? SSL_TICKET_RETURN_USE : SSL_TICKET_RETURN_USE_RENEW;
}

int select_protocol(SSL*, const unsigned char** selected, unsigned char* length, const unsigned char* offered,
                    unsigned offered_length, void*) {
  static constexpr std::array<unsigned char, 9> kHttp{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, length, kHttp.data(), kHttp.size(), offered, offered_length) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *selected = found;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

TlsTexts read_tls_texts(const TlsConfig& config) {
  return {.cert = text_of(config.cert_file, config.cert),
          .key = text_of(config.key_file, config.key),
          .client_ca = text_of(config.client_ca_file, config.client_ca)};
}

TlsContext::TlsContext(TlsConfig config, TlsTexts texts)
    : config_(std::move(config)), texts_(std::move(texts)), context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free) {
  if (!context_) throw std::bad_alloc();
  SSL_CTX_set_options(raw(), SSL_OP_NO_RENEGOTIATION);
  // Without buffers, an idle connection needs 34 KiB less.
  SSL_CTX_set_mode(raw(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  // With it, one read lasts for as long as a client announces new keys, and no other client is served.
  SSL_CTX_clear_mode(raw(), SSL_MODE_AUTO_RETRY);
  SSL_CTX_set_alpn_select_cb(raw(), select_protocol, nullptr);
  set_versions_and_ciphers();
  set_certificate();
  set_client_certificates();
  set_sessions();
}

void TlsContext::set_versions_and_ciphers() {
  if (config_.min_version < TLS1_2_VERSION) SSL_CTX_set_security_level(raw(), 0);  // OpenSSL 3 knows them there alone
  SSL_CTX_set_min_proto_version(raw(), config_.min_version);
  SSL_CTX_set_max_proto_version(raw(), config_.max_version);
  if (config_.prefer_server_cipher_suites) SSL_CTX_set_options(raw(), SSL_OP_CIPHER_SERVER_PREFERENCE);

  const std::string modern = joined(config_.cipher_suites, ":", [](const std::string& name) {
    return is_tls13_cipher(name) ? std::string_view(name) : std::string_view();
  });
  const std::string older = joined(config_.cipher_suites, ":", [](const std::string& name) {
    return is_tls13_cipher(name) ? std::string_view() : std::string_view(OPENSSL_cipher_name(name.c_str()));
  });
  if (!modern.empty() && SSL_CTX_set_ciphersuites(raw(), modern.c_str()) != 1) refuse("cipher_suites", "");
  if (!older.empty() && SSL_CTX_set_cipher_list(raw(), older.c_str()) != 1) refuse("cipher_suites", "");
  if (!modern.empty() && older.empty()) SSL_CTX_set_min_proto_version(raw(), TLS1_3_VERSION);

  const std::string curves = joined(config_.curve_preferences, ":", openssl_curve);
  if (!curves.empty() && SSL_CTX_set1_groups_list(raw(), curves.c_str()) != 1) refuse("curve_preferences", "");
}

void TlsContext::set_certificate() {
  const std::vector<Certificate> chain = certificates_of(texts_.cert, "cert", config_.cert_file);
  for (const Certificate& one : chain) {
    const bool is_own = &one == &chain.front();
    const long taken = is_own ? SSL_CTX_use_certificate(raw(), one.get()) : SSL_CTX_add1_chain_cert(raw(), one.get());
    if (taken != 1) refuse("cert", config_.cert_file);
  }
  const Bio keys = reading(texts_.key);
  const PrivateKey key(PEM_read_bio_PrivateKey(keys.get(), nullptr, no_passphrase, nullptr));
  if (!key || SSL_CTX_use_PrivateKey(raw(), key.get()) != 1) refuse("key", config_.key_file);
}

void TlsContext::set_client_certificates() {
  if (config_.client_auth == ClientAuth::kNone) return;
  if (config_.has_client_ca()) {
    for (const Certificate& authority : certificates_of(texts_.client_ca, "client_ca", config_.client_ca_file)) {
      if (X509_STORE_add_cert(SSL_CTX_get_cert_store(raw()), authority.get()) != 1 ||
          SSL_CTX_add_client_CA(raw(), authority.get()) != 1) {
        refuse("client_ca", config_.client_ca_file);
      }
    }
  }
  const bool requires_one =
      config_.client_auth == ClientAuth::kRequireAny || config_.client_auth == ClientAuth::kRequireAndVerify;
  SSL_CTX_set_verify(raw(), SSL_VERIFY_PEER | (requires_one ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nullptr);
  SSL_CTX_set_cert_verify_callback(raw(), verify_client, this);
}

void TlsContext::set_sessions() {
  SSL_CTX_set_session_cache_mode(raw(), SSL_SESS_CACHE_OFF);  // tickets need no cache
  SSL_CTX_set_num_tickets(raw(), 1);                          // each connection of a scraper uses one
  SSL_CTX_set_timeout(raw(), kSessionLifetime.count());
  // OpenSSL resumes a session only in the context that created it.
  std::array<unsigned char, SSL_MAX_SID_CTX_LENGTH> name{};
  if (RAND_bytes(name.data(), name.size()) != 1 ||
      SSL_CTX_set_session_id_context(raw(), name.data(), name.size()) != 1) {
    throw SystemError("web configuration: cannot get random bytes", std::error_code(EIO, std::generic_category()));
  }
  SSL_CTX_set_session_ticket_cb(raw(), nullptr, use_ticket, this);
}

}  // namespace narthex::detail
