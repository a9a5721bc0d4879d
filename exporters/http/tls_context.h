#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "http/web_config.h"

using SSL_CTX = struct ssl_ctx_st;  // OpenSSL's, whose headers only two sources need

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

// What all TLS connections share that were made under the same configuration.
class TlsContext {
 public:
  // Throws OptionsError that names the key whose value OpenSSL does not take.
  TlsContext(TlsConfig config, TlsTexts texts);

  bool is_made_of(const TlsConfig& config, const TlsTexts& texts) const { return config_ == config && texts_ == texts; }
  const TlsConfig& config() const noexcept { return config_; }
  SSL_CTX* raw() const noexcept { return context_.get(); }

 private:
  void set_versions_and_ciphers();
  void set_certificate();
  void set_client_certificates();

  const TlsConfig config_;
  const TlsTexts texts_;
  const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
};

}  // namespace narthex::detail
