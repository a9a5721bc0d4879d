#pragma once

#include <string>

#include <openssl/evp.h>

namespace narthex {

inline std::string base64(const std::string& text) {
  std::string encoded((text.size() + 2) / 3 * 4 + 1, '\0');
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  encoded.resize(static_cast<std::size_t>(
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()), bytes, static_cast<int>(text.size()))));
  return encoded;
}

// Returns the value of an Authorization header for "user:password".
inline std::string basic(const std::string& text) { return "Basic " + base64(text); }

}  // namespace narthex
