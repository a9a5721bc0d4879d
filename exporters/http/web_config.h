#pragma once

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace narthex::detail {

enum class ClientAuth { kNone, kRequest, kRequireAny, kVerifyIfGiven, kRequireAndVerify };

// The section tls_server_config. A file has precedence over inline text.
struct TlsConfig {
  std::string cert{}, cert_file{};
  std::string key{}, key_file{};
  std::string client_ca{}, client_ca_file{};
  ClientAuth client_auth = ClientAuth::kNone;
  bool names_client_auth = false;
  std::vector<std::string> client_allowed_sans{};
  int min_version = 0x0303;  // TLS 1.2, as on the wire
  int max_version = 0x0304;  // TLS 1.3
  std::vector<std::string> cipher_suites{};
  bool prefer_server_cipher_suites = true;
  std::vector<std::string> curve_preferences{};

  bool is_on() const noexcept {
    return !cert.empty() || !cert_file.empty() || !key.empty() || !key_file.empty() || has_client_ca() ||
           names_client_auth;
  }
  bool has_client_ca() const noexcept { return !client_ca.empty() || !client_ca_file.empty(); }

  bool operator==(const TlsConfig&) const = default;
};

// The section rate_limit: each client may send `burst` requests at a time, and one more per interval.
struct RateLimit {
  std::chrono::nanoseconds interval{0};  // 0: no limit
  int burst = 0;

  bool operator==(const RateLimit&) const = default;
};

// The content of a web configuration file.
struct WebConfig {
  TlsConfig tls{};
  std::vector<std::pair<std::string, std::string>> headers{};
  std::map<std::string, std::string, std::less<>> users{};  // with their bcrypt hashes
  RateLimit rate_limit{};
};

// Returns what the text of a file says; paths in it are relative to the folder of the file.
// Throws OptionsError with the file, the line and the culprit.
WebConfig parse_web_config(const std::string& text, const std::string& file);

}  // namespace narthex::detail
