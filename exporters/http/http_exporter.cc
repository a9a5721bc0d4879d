#include <narthex/http_exporter.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>
#include <boost/beast/core/string.hpp>
#include <boost/system/system_error.hpp>

#include "http/http_server.h"
#include "http/landing_page/landing_page.h"
#include "http/listener.h"
#include "http/routes.h"
#include "http/server_reply.h"
#include "http/web_gate.h"

namespace narthex {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kHour = std::chrono::hours(1);

template <class Value>
void check(std::string_view name, Value value, Value min, Value max) {
  if (value >= min && value <= max) return;
  throw OptionsError(fmt::format("HttpExporter: {} is {}; allowed: {} to {}", name, value, min, max));
}

void check(std::string_view name, milliseconds value, milliseconds min, milliseconds max) {
  if (value >= min && value <= max) return;
  throw OptionsError(
      fmt::format("HttpExporter: {} is {} ms; allowed: {} to {} ms", name, value.count(), min.count(), max.count()));
}

void check(const HttpOptions& options) {
  constexpr milliseconds kMin{1};
  if (options.socket_mode > 0777) {
    throw OptionsError(fmt::format("HttpExporter: socket_mode is {:#o}; allowed: 0 to 0777", options.socket_mode));
  }
  check("max_connections", options.max_connections, std::size_t{1}, std::size_t{1'000'000});
  check("request_timeout", options.request_timeout, kMin, kHour);
  check("idle_timeout", options.idle_timeout, kMin, 24 * kHour);
  check("write_timeout", options.write_timeout, kMin, kHour);
  check("max_scrapes_in_flight", options.max_scrapes_in_flight, std::size_t{1}, std::size_t{1000});
  if (options.max_pending_bytes == 0) {
    throw OptionsError("HttpExporter: max_pending_bytes is 0; allowed: at least 1");
  }
  check("scrape_threads", options.scrape_threads, 1, 1000);
  check("shutdown_timeout", options.shutdown_timeout, milliseconds(0), kHour);
}

std::function<void(std::string_view)> log_of(const HttpOptions& options) {
  return [callback = options.diagnostic](std::string_view line) {
    if (!callback) {
      std::fprintf(stderr, "narthex: %.*s\n", static_cast<int>(line.size()), line.data());
      return;
    }
    try {
      callback(line);
    } catch (...) {  // the threads of the exporter cannot handle it
    }
  };
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
}

// RFC 9110, section 5.6.2.
bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || kMarks.find(c) != kMarks.npos;
  });
}

// Returns the header lines of a reply.
std::string lines_of(const std::vector<std::pair<std::string, std::string>>& headers) {
  static constexpr boost::beast::string_view kOwn[]{"Connection", "Content-Length", "Content-Type", "Date",
                                                    "Transfer-Encoding"};
  std::string lines;
  for (const auto& [name, value] : headers) {
    const auto refuse = [&name = name](std::string_view why) {
      throw OptionsError(fmt::format("the handler returned the header {}: {}", detail::quote(name), why));
    };
    if (!is_token(name)) refuse("invalid name; allowed: a token (RFC 9110)");
    if (has_control(value)) refuse("invalid value; allowed: no control characters");
    if (std::ranges::any_of(kOwn, [&name = name](auto own) {
          return boost::beast::iequals(own, {name.data(), name.size()});
        })) {
      refuse("the exporter sets it");
    }
    lines += fmt::format("{}: {}\r\n", name, value);
  }
  return lines;
}

// Calls a handler and checks its reply.
detail::FunctionReply call(const HttpExporter::Handler& handler, const detail::FunctionRequest& request) {
  HttpExporter::Response response = handler({.method = request.line.method,
                                             .path = request.line.path,
                                             .query = request.line.query,
                                             .authorization = request.authorization,
                                             .scrape = request.scrape});
  if (response.status < 200 || response.status > 599 || response.status == 204 || response.status == 304) {
    throw OptionsError(
        fmt::format("the handler returned status {}; allowed: 200 to 599 without 204 and 304", response.status));
  }
  if (has_control(response.content_type)) {
    throw OptionsError(fmt::format("the handler returned content_type {}; allowed: no control characters",
                                   detail::quote(response.content_type)));
  }
  return {response.status, std::move(response.content_type), lines_of(response.headers), std::move(response.body)};
}

}  // namespace

class HttpExporter::Impl {
 public:
  // Null: no registry is served yet.
  Impl(const Registry* registry, const HttpOptions& options) {
    check(options);
    if (registry) routes_.add(options.path, *registry);
    std::vector<detail::Listener> listeners = detail::Listener::open_all(options.listen, options.socket_mode);
    for (const detail::Listener& listener : listeners) {
      addresses_.push_back(listener.address());
      if (port_ == 0) port_ = listener.port();
    }
    try {
      start(options, std::move(listeners));
    } catch (const SystemError&) {
      throw;
    } catch (const boost::system::system_error& error) {
      throw SystemError("HttpExporter: cannot start", error.code());
    } catch (const std::system_error& error) {
      throw SystemError("HttpExporter: cannot start", error.code());
    }
  }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() { server_->stop(); }

  void add(const std::string& path, detail::Route route) { routes_.add(path, std::move(route)); }

  std::uint16_t port() const noexcept { return port_; }
  const std::vector<std::string>& addresses() const noexcept { return addresses_; }

  bool is_in_child() const noexcept { return server_->is_in_child(); }
  void abandon_in_child() noexcept { server_->abandon_in_child(); }

 private:
  void start(const HttpOptions& options, std::vector<detail::Listener> listeners) {
    gate_ = detail::WebGateOpener::open(options.web_config_file, log_of(options));
    detail::ServerContent content{.routes = routes_, .gate = gate_.get(), .log = log_of(options)};
    if (options.landing_page) content.page = [this](const detail::ReplyForm& form) { return page(form); };
    server_ = std::make_unique<detail::HttpServer>(options, std::move(listeners), std::move(content));
    server_->start();
  }

  detail::ServerReply page(const detail::ReplyForm& form) const {
    std::vector<std::string> metrics;
    std::vector<std::string> others;
    for (std::string& path : routes_.paths()) {
      const bool is_registry = std::holds_alternative<Registry>(*routes_.find(path));
      (is_registry ? metrics : others).push_back(std::move(path));
    }
    detail::LandingPage page = detail::landing_page(metrics, start_, others);
    const std::string lines = fmt::format(
        "Content-Security-Policy: {}\r\n"
        "Cache-Control: no-store\r\n"
        "X-Content-Type-Options: nosniff\r\n",
        page.content_security_policy);
    return body_reply(200, "text/html; charset=utf-8", server_->bodies().keep(std::move(page.html)), form, lines);
  }

  const std::chrono::system_clock::time_point start_ = std::chrono::system_clock::now();
  detail::Routes routes_;
  std::vector<std::string> addresses_;
  std::uint16_t port_ = 0;
  // The I/O thread of the server calls the gate until stop(), and the thread of the gate calls the server until the gate
  // is destroyed.
  std::unique_ptr<detail::HttpServer> server_;
  std::unique_ptr<detail::WebGate> gate_;
};

HttpExporter::HttpExporter(const Registry& registry, const HttpOptions& options)
    : impl_(std::make_unique<Impl>(&registry, options)) {}

HttpExporter::HttpExporter(const HttpOptions& options) : impl_(std::make_unique<Impl>(nullptr, options)) {}

HttpExporter::~HttpExporter() {
  if (!impl_->is_in_child()) return;
  impl_->abandon_in_child();
  static_cast<void>(impl_.release());  // its threads do not exist, and what they hold stays as it is
}

void HttpExporter::add(const Registry& registry, const std::string& path) { impl_->add(path, registry); }

void HttpExporter::handle(const std::string& path, Handler handler) {
  if (!handler) {
    throw OptionsError(
        fmt::format("HttpExporter: the handler of path {} is empty; pass a function", detail::quote(path)));
  }
  const auto function = [handler = std::move(handler)](const detail::FunctionRequest& request) {
    return call(handler, request);
  };
  impl_->add(path, std::make_shared<const detail::RouteFunction>(function));
}

std::uint16_t HttpExporter::port() const noexcept { return impl_->port(); }

std::vector<std::string> HttpExporter::addresses() const { return impl_->addresses(); }

}  // namespace narthex
