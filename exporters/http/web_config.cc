#include "http/web_config.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>

#include "http/bcrypt_hash.h"
#include "http/go_duration.h"
#include "http/joined.h"
#include "http/tls_names.h"
#include "http/yaml_section.h"

namespace narthex::detail {

namespace {

using Texts = std::vector<std::string>;

constexpr std::pair<std::string_view, ClientAuth> kClientAuths[]{
    {"NoClientCert", ClientAuth::kNone},
    {"RequestClientCert", ClientAuth::kRequest},
    {"RequireAnyClientCert", ClientAuth::kRequireAny},
    {"RequireClientCert", ClientAuth::kRequireAny},
    {"VerifyClientCertIfGiven", ClientAuth::kVerifyIfGiven},
    {"RequireAndVerifyClientCert", ClientAuth::kRequireAndVerify},
};
constexpr int kTls13 = 0x0304;
constexpr std::pair<std::string_view, int> kVersions[]{
    {"TLS10", 0x0301}, {"TLS11", 0x0302}, {"TLS12", 0x0303}, {"TLS13", kTls13}};

// A header that may be set, and its values where these are few.
struct KnownHeader {
  std::string_view name;
  std::array<std::string_view, 2> values{};
};
constexpr KnownHeader kHeaders[]{{"Strict-Transport-Security"},
                                 {"X-Content-Type-Options", {"nosniff"}},
                                 {"X-Frame-Options", {"deny", "sameorigin"}},
                                 {"X-XSS-Protection"},
                                 {"Content-Security-Policy"}};

// Returns the meaning of a value that must be one of a few words.
template <typename Entries>
auto meaning(const YAML::Node& value, std::string_view key, const Entries& entries) {
  const std::string word = yaml_text(value, key);
  const auto word_of = [](const auto& entry) { return entry.first; };
  const auto found = std::ranges::find(entries, word, word_of);
  if (found != std::end(entries)) return found->second;
  throw YamlMistake(value,
                    fmt::format("{} is {}; allowed: {}", quote(key), quote(word), joined(entries, ", ", word_of)));
}

// Returns a list of names, each of which must be known.
template <typename Known>
Texts names(const YAML::Node& value, std::string_view key, std::string_view kind, const Known& is_known) {
  Texts texts = yaml_texts(value, key);
  const auto unknown = std::ranges::find_if_not(texts, is_known);
  if (unknown != texts.end()) throw YamlMistake(value, fmt::format("unknown {}: {}", kind, quote(*unknown)));
  return texts;
}

// Returns a path that is relative to the folder of the configuration file as one that is not.
std::string resolved(const std::filesystem::path& folder, const std::string& path) {
  return path.empty() ? path : (folder / path).string();
}

// Checks the keys whose values depend on each other.
void check(const TlsConfig& tls, const YAML::Node& section) {
  const auto refuse = [&](const char* what) { throw YamlMistake(section, what); };
  const bool verifies =
      tls.client_auth == ClientAuth::kVerifyIfGiven || tls.client_auth == ClientAuth::kRequireAndVerify;
  const bool requires_one =
      tls.client_auth == ClientAuth::kRequireAny || tls.client_auth == ClientAuth::kRequireAndVerify;
  if (tls.min_version > tls.max_version) refuse("min_version is above max_version");
  if (tls.max_version < kTls13 && !tls.cipher_suites.empty() &&
      std::ranges::all_of(tls.cipher_suites, is_tls13_cipher)) {
    refuse("cipher_suites has none for max_version");
  }
  if (!tls.client_allowed_sans.empty() && !requires_one) {
    refuse("client_allowed_sans needs the client_auth_type RequireAnyClientCert or RequireAndVerifyClientCert");
  }
  if (!tls.is_on()) return;
  if (tls.cert.empty() && tls.cert_file.empty()) refuse("missing one of cert or cert_file");
  if (tls.key.empty() && tls.key_file.empty()) refuse("missing one of key or key_file");
  if (tls.has_client_ca() && tls.client_auth == ClientAuth::kNone) {
    refuse("client CA's have been configured without a Client Auth Policy");
  }
  if (verifies && !tls.has_client_ca()) refuse("verifying clients needs client_ca or client_ca_file");
}

TlsConfig tls_of(const YAML::Node& section, const std::filesystem::path& folder) {
  TlsConfig tls;
  YamlKeys keys;
  const auto text = [&](std::string_view key, std::string& field) {
    keys.emplace_back(key, [key, &field](const YAML::Node& value) { field = yaml_text(value, key); });
  };
  const auto path = [&](std::string_view key, std::string& field) {
    keys.emplace_back(key, [=, &field](const YAML::Node& value) { field = resolved(folder, yaml_text(value, key)); });
  };
  const auto version = [&](std::string_view key, int& field) {
    keys.emplace_back(key, [key, &field](const YAML::Node& value) { field = meaning(value, key, kVersions); });
  };
  text("cert", tls.cert);
  path("cert_file", tls.cert_file);
  text("key", tls.key);
  path("key_file", tls.key_file);
  text("client_ca", tls.client_ca);
  path("client_ca_file", tls.client_ca_file);
  keys.emplace_back("client_auth_type", [&](const YAML::Node& value) {
    tls.names_client_auth = !yaml_text(value, "client_auth_type").empty();
    if (tls.names_client_auth) tls.client_auth = meaning(value, "client_auth_type", kClientAuths);
  });
  keys.emplace_back("client_allowed_sans", [&](const YAML::Node& value) {
    tls.client_allowed_sans = yaml_texts(value, "client_allowed_sans");
  });
  version("min_version", tls.min_version);
  version("max_version", tls.max_version);
  keys.emplace_back("cipher_suites", [&](const YAML::Node& value) {
    tls.cipher_suites = names(value, "cipher_suites", "cipher", is_known_cipher);
  });
  keys.emplace_back("prefer_server_cipher_suites", [&](const YAML::Node& value) {
    tls.prefer_server_cipher_suites = yaml_bool(value, "prefer_server_cipher_suites");
  });
  keys.emplace_back("curve_preferences", [&](const YAML::Node& value) {
    tls.curve_preferences = names(value, "curve_preferences", "curve", is_known_curve);
  });
  read_section(section, "tls_server_config", keys);
  check(tls, section);
  return tls;
}

void add_header(WebConfig& config, const YAML::Node& key, const YAML::Node& value) {
  const std::string& name = key.Scalar();
  const auto known = std::ranges::find(kHeaders, name, &KnownHeader::name);
  if (known == std::end(kHeaders)) {
    throw YamlMistake(key, fmt::format("HTTP header {} cannot be configured; allowed: {}", quote(name),
                                       joined(kHeaders, ", ", &KnownHeader::name)));
  }
  const std::string text = yaml_text(value, name);
  if (text.empty()) return;
  const auto& values = known->values;
  if (!values.front().empty() && std::ranges::find(values, text) == values.end()) {
    throw YamlMistake(value, fmt::format("the HTTP header {} is {}; allowed: {}{}{}", name, quote(text), values[0],
                                         values[1].empty() ? "" : " or ", values[1]));
  }
  // Anything else could end the line and begin another one.
  if (!std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; })) {
    throw YamlMistake(value, fmt::format("the HTTP header {} is {}; allowed: printable ASCII", name, quote(text)));
  }
  config.headers.emplace_back(name, text);
}

void add_user(WebConfig& config, const YAML::Node& key, const YAML::Node& value) {
  const std::string& user = key.Scalar();
  if (user.find(':') != std::string::npos) {
    throw YamlMistake(key,
                      fmt::format("the user {} could never log in, because a name ends at its first ':'", quote(user)));
  }
  const std::string hash = yaml_text(value, user);
  if (!is_bcrypt_hash(hash)) {  // which is not quoted: it may be the password itself
    throw YamlMistake(key,
                      fmt::format("the user {} has no bcrypt hash, such as 'htpasswd -nBC 10 \"\"' prints: $2y$10$ "
                                  "and 53 characters",
                                  quote(user)));
  }
  config.users.emplace(user, hash);
}

RateLimit rate_limit_of(const YAML::Node& section) {
  RateLimit limit;
  read_section(section, "rate_limit",
               {{"interval",
                 [&](const YAML::Node& value) {
                   const std::string text = yaml_text(value, "interval");
                   const auto interval = parse_go_duration(text.empty() ? "0" : text);
                   if (!interval) {
                     throw YamlMistake(value,
                                       fmt::format("'interval' is {}; allowed: a time of at most a year with its "
                                                   "unit, 1s or 1m30s, or 0 for no limit",
                                                   quote(text)));
                   }
                   limit.interval = *interval;
                 }},
                {"burst", [&](const YAML::Node& value) { limit.burst = yaml_int(value, "burst"); }}});
  if (limit.burst < 0 || (limit.burst == 0 && limit.interval.count() > 0)) {
    throw YamlMistake(section, fmt::format("'burst' is {}; allowed with an interval: 1 or more", limit.burst));
  }
  return limit;
}

WebConfig config_of(const YAML::Node& document, const std::filesystem::path& folder) {
  WebConfig config;
  const auto http_server_config = [&](const YAML::Node& section) {
    read_section(
        section, "http_server_config",
        {{"http2", [](const YAML::Node& value) { yaml_bool(value, "http2"); }},  // clients fall back to HTTP/1.1
         {"headers", [&](const YAML::Node& headers) {
            read_entries(headers, "headers", std::bind_front(add_header, std::ref(config)));
          }}});
  };
  read_section(document, "the file",
               {{"tls_server_config", [&](const YAML::Node& section) { config.tls = tls_of(section, folder); }},
                {"http_server_config", http_server_config},
                {"basic_auth_users",
                 [&](const YAML::Node& users) {
                   read_entries(users, "basic_auth_users", std::bind_front(add_user, std::ref(config)));
                 }},
                {"rate_limit", [&](const YAML::Node& section) { config.rate_limit = rate_limit_of(section); }}});
  return config;
}

}  // namespace

WebConfig parse_web_config(const std::string& text, const std::string& file) {
  const auto refuse = [&](int line, std::string_view what) {
    const std::string where = line > 0 ? fmt::format(", line {}", line) : "";
    throw OptionsError(fmt::format("web configuration {}{}: {}", quote(file), where, what));
  };
  try {
    return config_of(load_document(text), std::filesystem::path(file).parent_path());
  } catch (const YamlMistake& mistake) {
    refuse(mistake.line, mistake.what());
  } catch (const YAML::Exception& error) {
    refuse(error.mark.line + 1, error.msg);
  }
  return {};
}

}  // namespace narthex::detail
