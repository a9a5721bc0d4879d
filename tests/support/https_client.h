#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "support/http_client.h"
#include "support/test_certificate.h"

namespace narthex {

// The TLS settings of a test client.
struct HttpsClient {
  const TestCertificate& authority;                         // the authority that the client trusts
  const TestCertificate* own = nullptr;                     // the client certificate
  std::function<void(SSL_CTX*)> prepare = [](SSL_CTX*) {};  // further settings
  std::string protocol{}, cipher{};                         // protocol and cipher of the last connection
  std::function<void()> between = [] {};                    // runs before the second request of a connection

  // Sends a request, and maybe another one after the first bytes of the reply. Returns all bytes until the connection
  // is closed, split at the first blank line; nothing if the handshake fails.
  HttpReply request(std::uint16_t port, const std::string& bytes, std::string second = "") {
    const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), authority.certificate());
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    if (own) {
      SSL_CTX_use_certificate(context.get(), own->certificate());
      SSL_CTX_use_PrivateKey(context.get(), own->key());
    }
    prepare(context.get());
    const std::unique_ptr<BIO, void (*)(BIO*)> bio(BIO_new_ssl_connect(context.get()), BIO_free_all);
    BIO_set_conn_hostname(bio.get(), ("127.0.0.1:" + std::to_string(port)).c_str());
    std::string reply;
    if (BIO_write(bio.get(), bytes.data(), static_cast<int>(bytes.size())) > 0) {
      SSL* ssl = nullptr;
      BIO_get_ssl(bio.get(), &ssl);
      protocol = SSL_get_version(ssl);
      cipher = SSL_CIPHER_get_name(SSL_get_current_cipher(ssl));
      char part[65536];
      for (int n = 0; (n = BIO_read(bio.get(), part, sizeof part)) > 0;) {
        reply.append(part, static_cast<std::size_t>(n));
        if (second.empty()) continue;
        between();
        BIO_write(bio.get(), second.data(), static_cast<int>(second.size()));
        second.clear();
      }
    }
    ERR_clear_error();
    return HttpReply::of(reply);
  }

  HttpReply get(std::uint16_t port, const std::string& lines = "") {
    return request(port, "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + lines + "\r\n");
  }
};

}  // namespace narthex
