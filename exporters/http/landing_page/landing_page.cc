#include "http/landing_page/landing_page.h"

#include <array>
#include <cerrno>
#include <ctime>
#include <map>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <narthex/error.h>
#include <narthex/version.h>
#include <sys/random.h>

#include "http/landing_page/page_text.h"

namespace narthex::detail {

namespace {

using Fields = std::map<std::string_view, std::string>;

// Returns a random number of 128 bits in hexadecimal digits, which need no escaping.
std::string random_nonce() {
  std::array<unsigned char, 16> bytes{};
  // The system returns up to 256 bytes completely, or fails.
  while (::getrandom(bytes.data(), bytes.size(), 0) < 0) {
    if (errno != EINTR) {
      throw SystemError("landing page: cannot read random bytes", std::error_code(errno, std::generic_category()));
    }
  }
  std::string digits;
  for (const unsigned char byte : bytes) digits += fmt::format("{:02x}", byte);
  return digits;
}

std::string escape_html(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

bool is_plain_in_url(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~/:@!$()*+,;=").find(c) != std::string_view::npos;
}

// Returns a URL relative to the page, so that a proxy may serve both below a prefix. It starts with "./", so that no
// path is mistaken for a scheme or a host: "/javascript:x" or "//host".
std::string relative_url(std::string_view path) {
  std::string url = "./";
  if (path.starts_with('/')) path.remove_prefix(1);
  for (const char c : path) {
    url += is_plain_in_url(c) ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return url;
}

// `attribute` is part of each link.
std::string links(const std::vector<std::string>& paths, std::string_view attribute) {
  std::string items;
  for (const std::string& path : paths) {
    items += fmt::format(R"(<li><a{} href="{}">{}</a></li>)", attribute, relative_url(path), escape_html(path));
  }
  return items;
}

std::string utc(std::chrono::system_clock::time_point at) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(at);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

// Replaces the placeholders in one pass, so that a value that looks like a placeholder stays unchanged.
std::string fill(std::string_view text, const Fields& fields) {
  constexpr std::string_view mark = "%%";
  std::string filled;
  for (std::size_t at = 0; (at = text.find(mark)) != std::string_view::npos;) {
    filled += text.substr(0, at);
    text.remove_prefix(at + mark.size());
    const std::size_t end = text.find(mark);
    filled += fields.at(text.substr(0, end));
    text.remove_prefix(end + mark.size());
  }
  return filled += text;
}

}  // namespace

LandingPage landing_page(const std::vector<std::string>& paths, std::chrono::system_clock::time_point start,
                         const std::vector<std::string>& other_paths) {
  const std::string nonce = random_nonce();
  return {.html = fill(kPageText, {{"nonce", nonce},
                                   {"version", escape_html(kVersion)},
                                   {"start", utc(start)},
                                   {"links", links(paths, " data-metrics") + links(other_paths, "")}}),
          .content_security_policy = fmt::format(
              "default-src 'none'; script-src 'nonce-{0}'; style-src 'nonce-{0}'; img-src data:; connect-src 'self'; "
              "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
              nonce)};
}

}  // namespace narthex::detail
