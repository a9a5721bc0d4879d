#include <narthex/pushgateway_exporter.h>

#include <algorithm>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <narthex/detail/push_rules.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>
#include <narthex/exposition.h>

#include "push/http_call.h"
#include "pushgateway/group_url.h"

namespace narthex {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kFirstPause{100};
constexpr milliseconds kLongestTimeout{3'600'000};
constexpr int kMaxAttempts = 10;

void check(const PushgatewayOptions& options) {
  if (options.timeout.count() < 1 || options.timeout > kLongestTimeout) {
    throw OptionsError(
        fmt::format("pushgateway exporter: timeout is {} ms; allowed: 1 ms to 1 hour", options.timeout.count()));
  }
  if (options.attempts < 1 || options.attempts > kMaxAttempts) {
    throw OptionsError(
        fmt::format("pushgateway exporter: attempts is {}; allowed: 1 to {}", options.attempts, kMaxAttempts));
  }
  for (const std::string& header : options.headers) {
    const bool is_line = std::ranges::none_of(header, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
    if (is_line && header.find(':') != std::string::npos && !header.starts_with(':')) continue;
    throw OptionsError(fmt::format(
        "pushgateway exporter: header {}: a header is one line with a name; for example 'Authorization: Bearer x'",
        detail::quote(header)));
  }
}

// A URL as a message may show it: without the name and the password that it may begin with.
std::string shown(std::string url) {
  const std::size_t host = url.find("//") + 2;
  const std::size_t end = url.find('/', host);
  const std::size_t at = url.substr(0, end).rfind('@');
  if (at != std::string::npos) url.erase(host, at + 1 - host);
  return url;
}

bool is_success(int status) { return status >= 200 && status <= 299; }

bool may_pass(int status) { return status == 0 || status == 429 || status >= 500; }

// Sends it until it is taken, refused for good, or no time is left.
void deliver(const detail::HttpCall& call, const PushgatewayOptions& options) {
  const Clock::time_point end = Clock::now() + options.timeout;
  milliseconds pause = kFirstPause;
  for (int attempt = 1;; ++attempt, pause *= 2) {
    const auto left = std::chrono::ceil<milliseconds>(end - Clock::now());
    const detail::HttpReply reply = detail::send(call, std::max(left, milliseconds(1)));
    if (is_success(reply.status)) return;
    if (!may_pass(reply.status) || attempt == options.attempts || Clock::now() + pause >= end) {
      const std::string outcome = reply.status == 0 ? "no reply" : fmt::format("HTTP status {}", reply.status);
      throw PushError(fmt::format("pushgateway exporter: {} {}: {} in attempt {} of {}: {}", call.method,
                                  shown(call.url), outcome, attempt, options.attempts, detail::quote(reply.body)),
                      reply.error, reply.status);
    }
    std::this_thread::sleep_for(pause);
  }
}

}  // namespace

PushgatewayExporter::PushgatewayExporter(const Registry& registry, PushgatewayOptions options)
    : registry_(registry), options_(std::move(options)), group_labels_{"job"}, url_(detail::group_url(options_)) {
  check(options_);
  for (const auto& [name, value] : options_.grouping) group_labels_.push_back(name);
}

void PushgatewayExporter::push() const { send("PUT"); }

void PushgatewayExporter::add() const { send("POST"); }

void PushgatewayExporter::send(const char* method) const {
  const Exposition metrics = detail::expose_for_push(registry_, group_labels_);
  std::vector<std::string> headers = options_.headers;
  headers.push_back("Content-Type: " + metrics.content_type);
  deliver({method, url_, std::move(headers), metrics.body}, options_);
}

void PushgatewayExporter::remove() const { deliver({"DELETE", url_, options_.headers, {}}, options_); }

}  // namespace narthex
