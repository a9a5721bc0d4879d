#include <prometheus/exposer.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <iterator>
#include <map>
#include <mutex>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>
#include <narthex/http_exporter.h>

#include "prometheus_cpp/endpoint.h"
#include "prometheus_cpp/listen_option.h"
#include "prometheus_cpp/mutex.h"

namespace prometheus {

namespace {

constexpr int kHour = 3'600'000;  // milliseconds

int number(std::string_view name, std::string_view text, int max) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0 || value > max) {
    throw narthex::OptionsError(
        fmt::format("Exposer: option {} is {}; allowed: 0 to {}", name, narthex::detail::quote(text), max));
  }
  return value;
}

// Options of civetweb that change nothing a client sees.
constexpr std::string_view kWithoutEffect[]{
    "connection_queue",  "enable_directory_listing", "enable_keep_alive", "error_log_file",
    "linger_timeout_ms", "listen_backlog",           "prespawn_threads",  "tcp_nodelay"};

// Takes one option of civetweb.
void take(const std::string& name, const std::string& value, narthex::HttpOptions& options) {
  if (name == "listening_ports") {
    options.listen = detail::listen_option(value);
  } else if (name == "num_threads") {
    options.scrape_threads = std::max(number(name, value, 1000), 1);
  } else if (name == "request_timeout_ms") {
    options.request_timeout = std::chrono::milliseconds(std::max(number(name, value, kHour), 1));
  } else if (name == "keep_alive_timeout_ms") {
    options.idle_timeout = std::chrono::milliseconds(std::max(number(name, value, 24 * kHour), 1));
  } else if (name == "web_config_file") {
    options.web_config_file = value;
  } else if (std::ranges::find(kWithoutEffect, name) == std::end(kWithoutEffect)) {
    throw narthex::OptionsError(
        fmt::format("Exposer: option {} is not supported; allowed: listening_ports, num_threads, request_timeout_ms, "
                    "keep_alive_timeout_ms, web_config_file, and {}",
                    narthex::detail::quote(name), fmt::join(kWithoutEffect, ", ")));
  }
}

narthex::HttpOptions http_options(const std::vector<std::string>& options, const CivetCallbacks* callbacks) {
  if (callbacks) {
    throw narthex::OptionsError("Exposer: callbacks of civetweb are not supported; allowed: a null pointer");
  }
  if (options.size() % 2 == 1) {
    throw narthex::OptionsError(fmt::format("Exposer: option {} has no value", narthex::detail::quote(options.back())));
  }
  narthex::HttpOptions http{.listen = "0.0.0.0:8080", .landing_page = false};  // the default port of civetweb
  for (std::size_t i = 0; i < options.size(); i += 2) take(options[i], options[i + 1], http);
  return http;
}

}  // namespace

class Exposer::Server {
 public:
  explicit Server(const narthex::HttpOptions& options) : exporter_(options) {}

  // Returns the endpoint of a URI, and creates it if it does not exist. As for civetweb, the first slash may be missing,
  // and one more may follow.
  std::shared_ptr<detail::Endpoint> at(const std::string& uri) {
    const std::string path = uri.starts_with('/') ? uri : '/' + uri;
    const std::lock_guard lock(mutex_);
    std::shared_ptr<detail::Endpoint>& endpoint = endpoints_[path];
    if (!endpoint) {
      auto created = std::make_shared<detail::Endpoint>();
      const auto reply = [created](const auto& request) { return created->reply(request); };
      exporter_.handle(path, reply);
      if (!path.ends_with('/')) exporter_.handle(path + '/', reply);
      endpoint = std::move(created);
    }
    return endpoint;
  }

  std::vector<std::string> addresses() const { return exporter_.addresses(); }

 private:
  detail::Mutex mutex_;
  std::map<std::string, std::shared_ptr<detail::Endpoint>> endpoints_;
  narthex::HttpExporter exporter_;
};

Exposer::Exposer(const std::string& bind_address, std::size_t num_threads, const CivetCallbacks* callbacks)
    : Exposer(
          {"listening_ports", bind_address, "num_threads", std::to_string(std::min<std::size_t>(num_threads, 1000))},
          callbacks) {}

Exposer::Exposer(const std::vector<std::string>& options, const CivetCallbacks* callbacks)
    : server_(std::make_unique<Server>(http_options(options, callbacks))) {}

Exposer::~Exposer() = default;

void Exposer::RegisterCollectable(const std::weak_ptr<Collectable>& collectable, const std::string& uri) {
  server_->at(uri)->add(collectable);
}

void Exposer::RegisterAuth(std::function<bool(const std::string&, const std::string&)> auth, const std::string& realm,
                           const std::string& uri) {
  server_->at(uri)->set_auth(std::move(auth), realm);
}

void Exposer::RemoveCollectable(const std::weak_ptr<Collectable>& collectable, const std::string& uri) {
  server_->at(uri)->remove(collectable);
}

std::vector<int> Exposer::GetListeningPorts() const {
  std::vector<int> ports;
  for (const std::string& address : server_->addresses()) {
    if (address.starts_with("unix:")) continue;
    const int port = std::stoi(address.substr(address.rfind(':') + 1));
    if (ports.empty() || ports.back() != port) ports.push_back(port);  // "+8080" is two addresses
  }
  return ports;
}

}  // namespace prometheus
