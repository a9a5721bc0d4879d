#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <narthex/detail/export.h>
#include <narthex/exemplar_labels.h>
#include <narthex/histogram.h>
#include <narthex/labels.h>
#include <narthex/registry.h>

namespace narthex {

namespace detail {
class HttpSeries;
class HttpState;
}  // namespace detail

/// What to count of an HTTP server, and under which names.
struct HttpMetricsOptions {
  std::string prefix = "http";  ///< Of all names: `http_requests_total`.
  Labels labels = {};           ///< Constant labels, on every series.
  /// Templates of paths, `/users/{id}`: each becomes a value of the label `route`, which there is only with templates.
  /// A parameter takes one segment that is not empty; where two templates match a path, the one that spells out more of
  /// its beginning wins, in whatever order they stand here.
  std::vector<std::string> routes = {};
  std::vector<std::string> ignore = {};  ///< Paths that are not counted, exactly so: `/metrics`.
  /// Bounds of the duration's buckets, in seconds; empty: default_buckets(), or none beside `native`.
  std::vector<double> buckets = {};
  /// Native buckets of the duration; `{}`: with their defaults; unless set: none.
  NativeBuckets native = {.enabled = false};
};

/// Bytes of the bodies of a request and its response. What is not known is not observed.
struct HttpSizes {
  std::optional<std::uint64_t> request = {};
  std::optional<std::uint64_t> response = {};
};

/// One request from its arrival to its answer: see HttpMetrics::start().
/// Values: counts as in flight until it ends. If it ends without finish() it counts with code 500, which is what
///   servers answer when a handler throws. A default one, a moved-from one and one of an ignored path do nothing.
/// Threads: lives on one at a time; may end on another.
/// Errors: none. May outlive its HttpMetrics and its registry.
class [[nodiscard]] HttpRequest {
 public:
  HttpRequest() noexcept = default;
  HttpRequest(const HttpRequest&) = delete;
  HttpRequest& operator=(const HttpRequest&) = delete;
  HttpRequest(HttpRequest&& other) noexcept
      : state_(std::exchange(other.state_, nullptr)), series_(other.series_), start_(other.start_) {}
  /// Ends the request that it was before.
  NARTHEX_EXPORT HttpRequest& operator=(HttpRequest&& other) noexcept;
  ~HttpRequest() {
    if (state_) finish(500);
  }

  /// Counts the request with the code of its answer, and observes its duration and its sizes. The first call counts.
  ///   request.finish(200, {.request = 120, .response = 5120});
  void finish(int code, HttpSizes sizes = {}) noexcept { finish(code, sizes, ExemplarLabels()); }
  /// The same with an exemplar of the duration: `request.finish(200, {}, {{"trace_id", id}})`.
  void finish(int code, HttpSizes sizes, std::initializer_list<ExemplarLabel> exemplar) noexcept {
    finish(code, sizes, ExemplarLabels(exemplar.begin(), exemplar.size()));
  }
  NARTHEX_EXPORT void finish(int code, HttpSizes sizes, ExemplarLabels exemplar) noexcept;

  /// Ends without being counted: what was no request after all.
  NARTHEX_EXPORT void cancel() noexcept;

  /// Tells whether it will count when it ends.
  explicit operator bool() const noexcept { return state_ != nullptr; }

 private:
  friend class HttpMetrics;
  HttpRequest(detail::HttpState& state, detail::HttpSeries& series) noexcept;

  detail::HttpState* state_ = nullptr;
  detail::HttpSeries* series_ = nullptr;
  std::chrono::steady_clock::time_point start_{};
};

/// Counts the requests of an HTTP server, whichever it is:
///   narthex::HttpMetrics metrics(registry, {.routes = {"/users/{id}"}, .ignore = {"/metrics"}});
///   auto request = metrics.start(method, path);  // when it arrives
///   request.finish(200);                         // when it is answered
/// Values: PREFIX_requests_total by `code` and `method`, PREFIX_request_duration_seconds by `method`, both by `route`
///   if there are templates; PREFIX_in_flight_requests; PREFIX_request_size_bytes and PREFIX_response_size_bytes. What
///   strangers send makes no series: methods that are not those of RFC 9110 or PATCH, in upper case, are `other`, so
///   are paths that match no template, and so are codes outside 100 to 999.
/// Threads: any, at once, without locks. Copies are the same metrics; a default one does nothing. Two of the same
///   registry, prefix and labels count in the same families.
/// Exceptions: OptionsError for an empty prefix or an invalid route template. RegistrationError for an invalid prefix or
///   invalid buckets, and for names that another metric has. Stays usable after its registry is gone.
class NARTHEX_EXPORT HttpMetrics {
 public:
  HttpMetrics() noexcept = default;
  explicit HttpMetrics(const Registry& registry, HttpMetricsOptions options = {});

  /// Begins a request. The method is as on the wire, the path may still have its query.
  HttpRequest start(std::string_view method, std::string_view path) const noexcept;

 private:
  std::shared_ptr<detail::HttpState> state_;
};

}  // namespace narthex
