#include "pushgateway/group_url.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>

namespace narthex::detail {

namespace {

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

// RFC 3986, 2.3: what needs no escape anywhere in a URL.
bool is_unreserved(char c) { return is_letter_or_digit(c) || c == '-' || c == '.' || c == '_' || c == '~'; }

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    if (is_unreserved(c)) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

// RFC 4648, 5, without padding.
std::string base64url(std::string_view text) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string encoded;
  std::uint32_t bits = 0;
  int size = 0;
  for (const char c : text) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (size += 8; size >= 6; size -= 6) encoded += kDigits[bits >> (size - 6) & 63];
  }
  if (size > 0) encoded += kDigits[bits << (6 - size) & 63];
  return encoded;
}

// Whether a path can follow: http or https, a host, and neither query nor fragment.
bool is_base_url(std::string_view url) {
  const std::size_t host = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : url.size();
  const auto is_good = [](char c) { return c > ' ' && c != '?' && c != '#' && c != '\x7f'; };
  return url.size() > host && url[host] != '/' && url[host] != ':' && std::ranges::all_of(url, is_good);
}

// Throws unless a registry could have them, so that a Pushgateway can: valid names, each once, and values in UTF-8. A
// group with a value that is not makes it refuse all others, too.
void check_labels(const PushgatewayOptions& options) {
  Labels labels = options.grouping;
  labels.emplace_back("job", options.job);
  try {
    static_cast<void>(Registry({.labels = labels}));
  } catch (const RegistrationError& error) {
    throw OptionsError(fmt::format("pushgateway exporter: {}", error.what()));
  }
}

}  // namespace

std::string group_label(std::string_view label, std::string_view value) {
  if (value.empty()) return fmt::format("/{}@base64/=", label);
  // Dots alone would be taken for a folder and its parent on the way.
  if (value == "." || value == ".." || value.find('/') != std::string_view::npos)
    return fmt::format("/{}@base64/{}", label, base64url(value));
  return fmt::format("/{}/{}", label, percent_encoded(value));
}

std::string group_url(const PushgatewayOptions& options) {
  const auto refuse = [](std::string_view what, std::string_view why) {
    throw OptionsError(fmt::format("pushgateway exporter: {}: {}", what, why));
  };
  std::string url = options.url;
  while (url.ends_with('/')) url.pop_back();
  if (!is_base_url(url)) {
    refuse(fmt::format("url {}", quote(url)), "allowed: http://host:9091 or https://host:9091, with or without a path");
  }
  if (options.job.empty()) refuse("job ''", "the job must not be empty");
  for (const auto& [name, value] : options.grouping) {
    if (name == "job") refuse("label 'job'", "grouping must not contain it; use the option job");
  }
  check_labels(options);
  url += "/metrics" + group_label("job", options.job);
  for (const auto& [name, value] : options.grouping) {
    url += group_label(name, value);
  }
  return url;
}

}  // namespace narthex::detail
