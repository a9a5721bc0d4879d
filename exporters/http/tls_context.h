#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "http/web_config.h"

using SSL_CTX = struct ssl_ctx_st;  // of OpenSSL, whose headers few sources need

namespace narthex::detail {

// The texts of the certificates and of the key, read from their files where there are any.
struct TlsTexts {
  std::string cert{};
  std::string key{};
  std::string client_ca{};

  bool operator==(const TlsTexts&) const = default;
};

// Throws FileError with the file and the reason.
TlsTexts read_tls_texts(const TlsConfig& config);

// The OpenSSL context of all TLS connections under one configuration.
//
// Sessions are resumed with tickets, so that the server keeps no session: no memory depends on the number of clients.
// The key of the tickets is random for each context, so that a context resumes no session of another one. Before a
// session with a client certificate is resumed, the certificate is checked again as in a full handshake.
// With ALPN, "http/1.1" is selected. A client that offers only other protocols gets the alert no_application_protocol,
// as RFC 7301 requires; a client without ALPN is served.
class TlsContext {
 public:
  // Throws OptionsError that names the key whose value OpenSSL does not accept.
  TlsContext(TlsConfig config, TlsTexts texts);
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;
  ~TlsContext() = default;

  bool is_made_of(const TlsConfig& config, const TlsTexts& texts) const { return config_ == config && texts_ == texts; }
  const TlsConfig& config() const noexcept { return config_; }
  std::chrono::steady_clock::duration age() const noexcept { return std::chrono::steady_clock::now() - created_at_; }

  // The context must exist for as long as a connection that was created from this pointer.
  SSL_CTX* raw() const noexcept { return context_.get(); }

 private:
  void set_versions_and_ciphers();
  void set_certificate();
  void set_client_certificates();
  void set_sessions();

  const TlsConfig config_;
  const TlsTexts texts_;
  const std::chrono::steady_clock::time_point created_at_ = std::chrono::steady_clock::now();
  const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
};

}  // namespace narthex::detail
