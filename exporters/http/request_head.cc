#include "http/request_head.h"

#include <algorithm>
#include <optional>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <strings.h>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>

namespace narthex::detail {

namespace {

namespace beast_http = boost::beast::http;

using Message = beast_http::request_parser<beast_http::empty_body>::value_type;
using State = ReadResult::State;

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

ReadResult invalid(int status, std::string_view reason) {
  return {.state = State::invalid, .status = status, .reason = reason};
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

// Returns the value of a field, or nothing if there is none. `count` is the number of its lines.
std::string_view field(const Message& message, beast_http::field name, std::size_t& count) {
  const auto [begin, end] = message.equal_range(name);
  count = static_cast<std::size_t>(std::distance(begin, end));
  return count > 0 ? view(begin->value()) : std::string_view();
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// Whether a text is a name or an IPv4 address: RFC 3986, section 3.2.2. It may be empty.
bool is_name(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (c == '%') {
      if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
    } else if (!is_letter && !is_digit(c) && std::string_view("-._~!$&'()*+,;=").find(c) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

// Whether a text is an address of IPv6, or of a later version: "v1.a".
bool is_ip_literal(const std::string& text) {
  if (text.starts_with('v') || text.starts_with('V')) {
    const std::size_t dot = text.find('.');
    std::string address = text.substr(std::min(dot, text.size() - 1) + 1);
    std::erase(address, ':');  // is allowed there
    return dot != std::string::npos && dot > 1 && dot + 1 < text.size() &&
           std::all_of(text.begin() + 1, text.begin() + static_cast<std::ptrdiff_t>(dot), is_hex) &&
           text.find('%') == std::string::npos && is_name(address);
  }
  in6_addr ignored;
  return ::inet_pton(AF_INET6, text.c_str(), &ignored) == 1;
}

// Whether a text is a host with an optional port: RFC 3986, section 3.2. The host may be empty.
bool is_host(std::string_view text) {
  std::size_t end = text.find(':');
  if (text.starts_with('[')) {
    const std::size_t bracket = text.find(']');
    if (bracket == std::string_view::npos || !is_ip_literal(std::string(text.substr(1, bracket - 1)))) return false;
    end = bracket + 1;
  } else if (!is_name(text.substr(0, end))) {
    return false;
  }
  if (end >= text.size()) return true;  // there is no port
  return text[end] == ':' && std::ranges::all_of(text.substr(end + 1), is_digit);
}

void set_path(std::string_view target, RequestLine& line) {
  const std::size_t mark = target.find('?');
  line.path = target.substr(0, mark);
  line.query = mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
}

// Splits the target into path and query: RFC 9112, section 3.2. Returns false if it has none of the forms.
bool read_target(std::string_view target, std::string_view method, RequestHead& head) {
  const auto is_visible = [](char c) { return c > ' ' && c < 0x7f && c != '#'; };
  if (!std::ranges::all_of(target, is_visible)) return false;
  if (target == "*") {
    head.line.path = "*";
    return method == "OPTIONS";
  }
  if (method == "CONNECT") {  // its target is an authority, and no proxy is here
    head.line.path = target;
    return target.find(':') != std::string_view::npos && is_host(target);
  }
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!equal_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
    target.remove_prefix(scheme.size());
    const std::string_view authority = target.substr(0, target.find_first_of("/?"));
    if (authority.empty() || authority.front() == ':' || !is_host(authority)) return false;
    target.remove_prefix(authority.size());
    set_path(target.starts_with('/') ? std::string(target) : fmt::format("/{}", target), head.line);
    return true;
  }
  if (!target.starts_with('/')) return false;
  set_path(target, head.line);
  return true;
}

// Checks the value of all Transfer-Encoding lines: RFC 9112, sections 6.1 and 6.3.
std::optional<ReadResult> check_codings(std::string_view list) {
  const std::size_t comma = list.rfind(',');
  std::string_view last = comma == std::string_view::npos ? list : list.substr(comma + 1);
  while (last.starts_with(' ') || last.starts_with('\t')) last.remove_prefix(1);
  if (!equal_ignoring_case(last, "chunked")) return invalid(400, "the last Transfer-Encoding must be chunked");
  if (comma != std::string_view::npos) return invalid(501, "the Transfer-Encoding is not supported; allowed: chunked");
  return std::nullopt;
}

// Checks the fields that say where the request ends: RFC 9112, section 6. Its body is never read.
std::optional<ReadResult> check_framing(const Message& message, RequestHead& head) {
  std::size_t lengths = 0;
  std::size_t codings = 0;
  const std::string_view length = field(message, beast_http::field::content_length, lengths);
  const std::string_view coding = field(message, beast_http::field::transfer_encoding, codings);
  if (codings > 0) {
    if (lengths > 0) return invalid(400, "a request must not have both a Content-Length and a Transfer-Encoding");
    if (message.version() < 11) return invalid(400, "HTTP/1.0 has no Transfer-Encoding");
    if (codings > 1) return invalid(400, "a request must have at most one Transfer-Encoding");
    if (const auto error = check_codings(coding)) return error;
    head.has_body = true;
  }
  if (lengths > 1 || length.find(',') != std::string_view::npos) {
    return invalid(400, "a request must have at most one Content-Length");
  }
  if (lengths == 1) head.has_body = length.find_first_not_of('0') != std::string_view::npos;
  return std::nullopt;
}

std::optional<ReadResult> check_host(const Message& message) {
  std::size_t hosts = 0;
  const std::string_view host = field(message, beast_http::field::host, hosts);
  if (hosts > 1) return invalid(400, "a request must have at most one Host");
  if (hosts == 0 && message.version() >= 11) return invalid(400, "a request of HTTP/1.1 must have a Host");
  if (!is_host(host)) return invalid(400, "the Host is invalid");
  return std::nullopt;
}

// Whether a Connection line has the option "close", which wins over "keep-alive": RFC 9112, section 9.3.
bool closes(const Message& message) {
  const auto [begin, end] = message.equal_range(beast_http::field::connection);
  return std::any_of(begin, end, [](const auto& line) { return beast_http::token_list(line.value()).exists("close"); });
}

ReadResult take(const Message& message, std::size_t size, bool keeps_alive, RequestHead& head) {
  head.line.method = view(message.method_string());
  head.line.query.clear();
  head.has_body = false;
  head.keeps_alive = keeps_alive;
  if (!read_target(view(message.target()), head.line.method, head))
    return invalid(400, "the request target is invalid");
  if (const auto error = check_host(message)) return *error;
  if (const auto error = check_framing(message, head)) return *error;
  head.fields.clear();
  for (const auto& line : message) {
    const std::string_view name = view(line.name_string());
    for (const std::string_view read : {"Accept", "Accept-Encoding", "X-Prometheus-Scrape-Timeout-Seconds"}) {
      if (equal_ignoring_case(name, read)) head.fields.emplace_back(read, view(line.value()));
    }
  }
  std::size_t authorizations = 0;
  head.authorization = field(message, beast_http::field::authorization, authorizations);
  if (authorizations > 1) head.authorization.clear();
  return {.state = State::complete, .size = size};
}

// Looks at the version at the end of a whole request line. A later minor version is read as HTTP/1.1: RFC 9110, section
// 2.5. Returns whether to do so, or the error.
std::optional<ReadResult> check_version(std::string_view line, bool& is_later) {
  constexpr std::size_t kSize = std::string_view("HTTP/1.1").size();
  const std::string_view version = line.size() > kSize ? line.substr(line.size() - kSize) : std::string_view();
  if (!version.starts_with("HTTP/") || !is_digit(version[5]) || version[6] != '.' || !is_digit(version[7])) {
    return invalid(400, "the request line does not end with a version; allowed: HTTP/1.1, HTTP/1.0");
  }
  if (version[5] != '1') return invalid(505, "the version is not supported; allowed: HTTP/1.1, HTTP/1.0");
  is_later = version[7] > '1';
  return std::nullopt;
}

// Returns the size of the empty lines before the request line, which RFC 9112, section 2.2, ignores.
std::size_t size_of_empty_lines(std::string_view bytes) {
  std::size_t size = 0;
  while (bytes.substr(size, 2) == "\r\n") size += 2;
  return size;
}

// Returns the position behind the first empty line, also if its end is not CRLF, which the parser then rejects. 0: there
// is none.
std::size_t end_of_head(std::string_view bytes) {
  for (std::size_t at = 0; (at = bytes.find('\n', at)) != std::string_view::npos;) {
    ++at;
    if (bytes.substr(at, 2) == "\r\n") return at + 2;
    if (bytes.substr(at, 1) == "\n") return at + 1;
  }
  return 0;
}

ReadResult parse(std::string_view bytes, std::size_t skipped, RequestHead& head) {
  if (bytes.find("\r\n ") != std::string_view::npos || bytes.find("\r\n\t") != std::string_view::npos) {
    return invalid(400, "a header field must not continue on the next line");
  }
  beast_http::request_parser<beast_http::empty_body> parser;
  parser.header_limit(kMaxHead);
  parser.body_limit(boost::none);
  parser.skip(true);  // the body
  boost::beast::error_code error;
  const std::size_t used = parser.put(boost::asio::buffer(bytes.data(), bytes.size()), error);
  for (const auto is_too_short : {beast_http::error::need_more, beast_http::error::header_limit}) {
    if (error == make_error_code(is_too_short)) return {};
  }
  if (error) return invalid(400, "the request is not valid HTTP/1.1");
  return take(parser.get(), skipped + used, parser.keep_alive() && !closes(parser.get()), head);
}

}  // namespace

ReadResult read_request_head(std::string_view bytes, RequestHead& head) {
  const std::size_t skipped = size_of_empty_lines(bytes);
  if (skipped > kMaxHead) return invalid(400, "the empty lines before the request are too long");
  std::string_view rest = bytes.substr(skipped);
  if (rest.empty() || rest == "\r") return {};
  std::string as_1_1;
  const std::size_t line = rest.find("\r\n");
  if (line != std::string_view::npos) {
    bool is_later = false;
    if (const auto error = check_version(rest.substr(0, line), is_later)) return *error;
    if (is_later) {
      as_1_1 = rest;
      as_1_1[line - 1] = '1';
      rest = as_1_1;
    }
  }
  const std::size_t end = end_of_head(rest);
  // Before the end, only the request line is parsed, so that each line is parsed at most twice.
  const ReadResult result = parse(end == 0 ? rest.substr(0, rest.find('\n')) : rest.substr(0, end), skipped, head);
  const std::size_t size = result.state == State::complete ? result.size : bytes.size();
  if (result.state == State::invalid || size <= kMaxHead) return result;
  if (line > kMaxHead) return invalid(414, "the request target is too long; allowed: 16 KiB");
  return invalid(431, "the header fields are too large; allowed: 16 KiB for the whole head");
}

void RequestHead::assign_to(ExpositionRequest& scrape) const {
  const auto values = [this](std::string_view name) {
    std::vector<std::string_view> found;
    for (const auto& [field, value] : fields) {
      if (field == name) found.push_back(value);
    }
    return found;
  };
  scrape.assign(values, line.query);
}

}  // namespace narthex::detail
