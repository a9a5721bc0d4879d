#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "http/tls_context.h"
#include "support/test_certificate.h"

namespace narthex {

using TlsSession = std::unique_ptr<SSL_SESSION, void (*)(SSL_SESSION*)>;

// The TLS settings of a client that is connected with a server context in memory.
struct TlsClient {
  const TestCertificate& authority;                         // the authority that the client trusts
  const TestCertificate* own = nullptr;                     // the client certificate
  const TestCertificate* intermediate = nullptr;            // the issuer of the client certificate, sent along
  std::function<void(SSL_CTX*)> prepare = [](SSL_CTX*) {};  // further settings
  std::string protocols{};                                  // for ALPN, each with its length before it
};

// A TLS connection between a client and the context of a server, without sockets.
class TlsPair {
 public:
  TlsPair(const detail::TlsContext& server, const TlsClient& client, SSL_SESSION* session = nullptr)
      : client_context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free),
        server_(nullptr, SSL_free),
        client_(nullptr, SSL_free) {
    SSL_CTX* context = client_context_.get();
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), client.authority.certificate());
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    if (client.own) {
      SSL_CTX_use_certificate(context, client.own->certificate());
      SSL_CTX_use_PrivateKey(context, client.own->key());
      if (client.intermediate) SSL_CTX_add1_chain_cert(context, client.intermediate->certificate());
    }
    client.prepare(context);
    server_.reset(SSL_new(server.raw()));
    client_.reset(SSL_new(context));
    if (!client.protocols.empty()) {
      SSL_set_alpn_protos(client_.get(), reinterpret_cast<const unsigned char*>(client.protocols.data()),
                          static_cast<unsigned>(client.protocols.size()));
    }
    if (session) SSL_set_session(client_.get(), session);
    BIO* server_end = nullptr;
    BIO* client_end = nullptr;
    BIO_new_bio_pair(&server_end, 0, &client_end, 0);
    SSL_set_bio(server_.get(), server_end, server_end);
    SSL_set_bio(client_.get(), client_end, client_end);
    SSL_set_accept_state(server_.get());
    SSL_set_connect_state(client_.get());
    shake_hands();
  }

  // Whether the server and the client accept each other: a message and its answer arrive.
  bool is_open() {
    return send(client_.get(), "GET") && receive(server_.get()) == "GET" && send(server_.get(), "200") &&
           receive(client_.get()) == "200";
  }

  bool is_resumed() const { return SSL_session_reused(server_.get()) == 1; }
  std::string version() const { return SSL_get_version(client_.get()); }
  std::string cipher() const { return SSL_CIPHER_get_name(SSL_get_current_cipher(client_.get())); }
  SSL* server() const { return server_.get(); }
  SSL* client() const { return client_.get(); }

  // Returns the text of the alert that the client received, or "".
  const std::string& alert() {
    receive(client_.get());  // in TLS 1.3, the client has finished its handshake before the server rejects it
    return alert_;
  }

  // Returns the selected protocol of ALPN, or "".
  std::string protocol() const {
    const unsigned char* name = nullptr;
    unsigned length = 0;
    SSL_get0_alpn_selected(client_.get(), &name, &length);
    return {reinterpret_cast<const char*>(name), length};
  }

  // Returns the session of the client, for another connection. Call is_open() before, so that its ticket has arrived.
  TlsSession session() {
    SSL_shutdown(client_.get());  // otherwise the session must not be resumed
    return {SSL_get1_session(client_.get()), SSL_SESSION_free};
  }

 private:
  void shake_hands() {
    for (int turn = 0; turn < 20; ++turn) {
      const bool is_client_done = step(client_.get());
      const bool is_server_done = step(server_.get());
      if (is_client_done && is_server_done) break;
    }
    ERR_clear_error();
  }

  bool step(SSL* ssl) {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl);
    if (result != 1) note_alert(ssl, result);
    return result == 1;
  }

  void note_alert(SSL* ssl, int result) {
    const int reason = ERR_GET_REASON(ERR_peek_error());
    if (ssl == client_.get() && SSL_get_error(ssl, result) == SSL_ERROR_SSL && reason > SSL_AD_REASON_OFFSET) {
      alert_ = SSL_alert_desc_string_long(reason - SSL_AD_REASON_OFFSET);
    }
  }

  bool send(SSL* ssl, std::string_view bytes) {
    ERR_clear_error();
    return SSL_is_init_finished(ssl) && SSL_write(ssl, bytes.data(), static_cast<int>(bytes.size())) > 0;
  }

  // A read that handles a message of the handshake returns no bytes.
  std::string receive(SSL* ssl) {
    std::array<char, 100> bytes{};
    for (int turn = 0; turn < 10; ++turn) {
      ERR_clear_error();
      const int n = SSL_read(ssl, bytes.data(), static_cast<int>(bytes.size()));
      if (n > 0) return {bytes.data(), static_cast<std::size_t>(n)};
      note_alert(ssl, n);
    }
    ERR_clear_error();
    return {};
  }

  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> client_context_;
  std::unique_ptr<SSL, void (*)(SSL*)> server_;
  std::unique_ptr<SSL, void (*)(SSL*)> client_;
  std::string alert_;
};

}  // namespace narthex
