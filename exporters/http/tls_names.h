#pragma once

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace narthex::detail {

// Go's names, which web configuration files use. The ciphers are those that it calls secure.
constexpr std::array<std::string_view, 13> kCiphers{
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
};

inline bool is_known_cipher(std::string_view name) { return std::ranges::find(kCiphers, name) != kCiphers.end(); }

// Whether a cipher belongs to TLS 1.3, whose names say nothing of a key exchange.
constexpr bool is_tls13_cipher(std::string_view name) { return name.find("_WITH_") == std::string_view::npos; }

// Returns OpenSSL's name of a curve, "" for an unknown one.
constexpr std::string_view openssl_curve(std::string_view name) {
  constexpr std::pair<std::string_view, std::string_view> kCurves[]{
      {"CurveP256", "P-256"}, {"CurveP384", "P-384"}, {"CurveP521", "P-521"}, {"X25519", "X25519"}};
  for (const auto& [go, openssl] : kCurves) {
    if (go == name) return openssl;
  }
  return {};
}

constexpr bool is_known_curve(std::string_view name) { return !openssl_curve(name).empty(); }

}  // namespace narthex::detail
