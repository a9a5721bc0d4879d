#include "instrumentation/http_state.h"

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <utility>

#include <fmt/format.h>
#include <narthex/buckets.h>
#include <narthex/error.h>

#include "base/mutex.h"

namespace narthex::detail {

namespace {

constexpr std::size_t kMethods = kHttpMethods.size();

// From 256 B to 512 MiB. Few buckets, because each request updates them.
std::vector<double> size_buckets() { return exponential_buckets(256, 8, 8); }

std::vector<std::string> label_names(std::vector<std::string> names, const HttpRoutes& routes) {
  if (routes.size() != 0) names.emplace_back("route");
  return names;
}

std::string name(const HttpMetricsOptions& options, std::string_view suffix) {
  if (options.prefix.empty())
    throw OptionsError("HTTP metrics: the prefix '' is empty; write a prefix, for example 'http'");
  return options.prefix + std::string(suffix);
}

Histogram define_sizes(const Registry& registry, const HttpMetricsOptions& options, std::string_view suffix,
                       std::string help) {
  return registry.histogram({.name = name(options, suffix),
                             .help = std::move(help),
                             .unit = "bytes",
                             .labels = options.labels,
                             .buckets = size_buckets()});
}

}  // namespace

HttpState::HttpState(const Registry& registry, HttpMetricsOptions options)
    : routes_(options.routes),
      ignored_(std::move(options.ignore)),
      responses_(registry.counter(
          {.name = name(options, "_requests_total"), .help = "HTTP requests answered.", .labels = options.labels},
          label_names({"code", "method"}, routes_))),
      durations_(registry.histogram({.name = name(options, "_request_duration_seconds"),
                                     .help = "Duration of HTTP requests.",
                                     .unit = "seconds",
                                     .labels = options.labels,
                                     .buckets = options.buckets,
                                     .native = options.native},
                                    label_names({"method"}, routes_))),
      in_flight_(registry.gauge({.name = name(options, "_in_flight_requests"),
                                 .help = "HTTP requests in progress.",
                                 .labels = options.labels})),
      request_sizes_(define_sizes(registry, options, "_request_size_bytes", "Size of HTTP request bodies.")),
      response_sizes_(define_sizes(registry, options, "_response_size_bytes", "Size of HTTP response bodies.")),
      series_((routes_.size() + 1) * kMethods) {}

std::shared_ptr<HttpState> HttpState::make(const Registry& registry, HttpMetricsOptions options) {
  const std::string source = fmt::format("HttpMetrics with {{.prefix = \"{}\"}}", options.prefix);
  try {
    return {new HttpState(registry, std::move(options)), retire};
  } catch (const AlreadyDefinedError& error) {
    throw AlreadyDefinedError(fmt::format("{}: {}", source, error.what()));
  } catch (const RegistrationError& error) {
    throw RegistrationError(fmt::format("{}: {}", source, error.what()));
  }
}

// Deletes a state without requests. A state with requests stays in a list until the next call.
void HttpState::retire(HttpState* state) noexcept {
  static constinit Mutex mutex;
  static HttpState* retired = nullptr;
  const std::lock_guard lock(mutex);
  state->next_retired_ = std::exchange(retired, state);
  for (HttpState** next = &retired; HttpState* const waiting = *next;) {
    if (waiting->requests_.is_zero()) {
      *next = waiting->next_retired_;
      delete waiting;
    } else {
      next = &waiting->next_retired_;
    }
  }
}

bool HttpState::ignores(std::string_view path) const noexcept {
  return std::ranges::find(ignored_, path) != ignored_.end();
}

HttpSeries& HttpState::series(std::string_view method, std::string_view path) noexcept {
  const std::size_t route = routes_.size() == 0 ? 0 : routes_.match(path);
  return series_[route * kMethods + method_index(method)];
}

std::string_view HttpState::method_of(const HttpSeries& series) const noexcept {
  return kHttpMethods[static_cast<std::size_t>(&series - series_.data()) % kMethods];
}

std::string_view HttpState::route_of(const HttpSeries& series) const noexcept {
  const std::size_t route = static_cast<std::size_t>(&series - series_.data()) / kMethods;
  return route < routes_.size() ? std::string_view(routes_[route]) : kOther;
}

void HttpState::begin() noexcept {
  requests_.add();
  in_flight_.inc();
}

void HttpState::end() noexcept {
  in_flight_.dec();
  requests_.remove();
}

void HttpState::count(HttpSeries& series, int code, double seconds, ExemplarLabels exemplar) {
  // First, so that without memory for a series nothing is counted.
  const Histogram& duration = series.duration.get([&]() -> Histogram {
    if (routes_.size() == 0) return durations_.labels({method_of(series)});
    return durations_.labels({method_of(series), route_of(series)});
  });
  count_response(series, code);
  if (exemplar.empty()) {
    duration.observe(seconds);  // may take one from RegistryOptions::exemplars
  } else {
    duration.observe(seconds, exemplar);
  }
}

void HttpState::count_response(HttpSeries& series, int code) {
  const auto find = [&]() -> Counter {
    const std::string digits = std::to_string(code);  // three digits: no allocation
    const std::string_view text = code >= 100 && code <= 999 ? std::string_view(digits) : kOther;
    if (routes_.size() == 0) return responses_.labels({text, method_of(series)});
    return responses_.labels({text, method_of(series), route_of(series)});
  };
  const std::size_t index = code_index(code);
  if (index < series.responses.size()) {
    series.responses[index].get(find).inc();
  } else {
    find().inc();
  }
}

void HttpState::observe(const HttpSizes& sizes) const noexcept {
  if (sizes.request) request_sizes_.observe(static_cast<double>(*sizes.request));
  if (sizes.response) response_sizes_.observe(static_cast<double>(*sizes.response));
}

}  // namespace narthex::detail
