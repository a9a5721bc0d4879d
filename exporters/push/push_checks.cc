#include "push/push_checks.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>

#include "http/small_file.h"
#include "push/curl_handle.h"

namespace narthex::detail {

namespace {

// RFC 9110, 5.6.2.
bool is_token(std::string_view text) {
  const auto is_token_character = [](unsigned char c) {
    return c > ' ' && c < 0x7f &&
           std::string_view("\"(),/:;<=>?@[\\]{}").find(static_cast<char>(c)) == std::string_view::npos;
  };
  return !text.empty() && std::ranges::all_of(text, is_token_character);
}

bool is_control(unsigned char c) { return (c < ' ' && c != '\t') || c == 0x7f; }

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

std::string text_of(std::chrono::milliseconds time) {
  const auto hours = std::chrono::floor<std::chrono::hours>(time);
  if (hours != time || hours.count() == 0) return fmt::format("{} ms", time.count());
  return hours.count() == 1 ? "1 hour" : fmt::format("{} hours", hours.count());
}

// Returns a text without what stands before its last '@', which is a password in a URL.
std::string without_password(std::string_view url) {
  const std::size_t at = url.rfind('@');
  if (at == std::string_view::npos) return std::string(url);
  const std::size_t scheme = url.find("://");
  return std::string(scheme < at ? url.substr(0, scheme + 3) : "").append(url.substr(at + 1));
}

std::string_view name_of(std::string_view header) { return header.substr(0, header.find_first_of(": ")); }

}  // namespace

void PushChecks::check_url(std::string_view option, const std::string& url) const {
  constexpr std::string_view kAllowed = "allowed: an http or https URL, for example http://localhost:9090/path";
  const ParsedUrl parsed(url);
  if (!parsed.is_valid()) refuse(option, without_password(url), fmt::format("{}; {}", parsed.error(), kAllowed));
  const std::string scheme = parsed.part(CURLUPART_SCHEME);
  const auto is_allowed = [](unsigned char c) { return c > ' ' && c != 0x7f; };
  if ((scheme != "http" && scheme != "https") || !lower(url).starts_with(scheme + "://") ||
      !std::ranges::all_of(url, is_allowed) || !parsed.part(CURLUPART_FRAGMENT).empty()) {
    refuse(option, without_password(url), kAllowed);
  }
}

void PushChecks::check_headers(const std::vector<std::string>& headers,
                               std::span<const std::string_view> reserved) const {
  for (const std::string& header : headers) {
    const std::string_view name = std::string_view(header).substr(0, header.find(':'));
    if (name.size() == header.size() || !is_token(name) || std::ranges::any_of(header, is_control)) {
      refuse("header", name_of(header), "a header is one line with a name; for example 'X-Scope-OrgID: team-a'");
    }
    if (std::ranges::find(reserved, lower(name)) != reserved.end()) {
      refuse("header", name, "the exporter sets this header itself");
    }
  }
}

void PushChecks::check_connection(const PushConnection& connection, const std::vector<std::string>& headers) const {
  const auto check_file = [this](std::string_view option, const std::string& file) {
    if (file.empty()) return;
    try {
      static_cast<void>(read_small_file(file));
    } catch (const FileError& error) {
      refuse(option, file, fmt::format("the file cannot be read: {}", error.code().message()));
    }
  };
  if (!connection.key_file.empty() && connection.certificate_file.empty()) {
    refuse("key_file", connection.key_file, "it needs a certificate_file");
  }
  if (!connection.password_file.empty() && connection.user.empty()) {
    refuse("password_file", connection.password_file, "it needs a user");
  }
  if (!connection.user.empty() && !connection.bearer_token_file.empty()) {
    refuse("bearer_token_file", connection.bearer_token_file, "allowed: either a token or a user");
  }
  if (connection.user.find(':') != std::string::npos || std::ranges::any_of(connection.user, is_control)) {
    refuse("user", connection.user, "a user must not contain a colon or a control character");
  }
  for (const std::string& header : headers) {
    if (lower(name_of(header)) != "authorization") continue;
    if (connection.user.empty() && connection.bearer_token_file.empty()) continue;
    refuse("header", name_of(header), "allowed: either this header, or a user or a token in `connection`");
  }
  check_file("ca_file", connection.ca_file);
  check_file("certificate_file", connection.certificate_file);
  check_file("key_file", connection.key_file);
  check_file("bearer_token_file", connection.bearer_token_file);
  check_file("password_file", connection.password_file);
  if (!connection.proxy.empty() && !ParsedUrl(connection.proxy).is_valid() &&
      !ParsedUrl("http://" + connection.proxy).is_valid()) {
    refuse("proxy", without_password(connection.proxy), "allowed: a URL, for example http://proxy:3128");
  }
}

void PushChecks::check_duration(std::string_view option, std::chrono::milliseconds value,
                                std::chrono::milliseconds least, std::chrono::milliseconds most) const {
  if (value >= least && value <= most) return;
  throw OptionsError(fmt::format("{}: {} is {} ms; allowed: {} to {}", exporter_, option, value.count(), text_of(least),
                                 text_of(most)));
}

void PushChecks::refuse(std::string_view option, std::string_view value, std::string_view reason) const {
  throw OptionsError(fmt::format("{}: {} {}: {}", exporter_, option, quote(value), reason));
}

}  // namespace narthex::detail
