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

namespace NARTHEX_VISIBILITY narthex {

namespace detail {
class HttpSeries;
class HttpState;
}  // namespace detail

/// Names, labels, and buckets of HttpMetrics.
struct HttpMetricsOptions {
  std::string prefix = "http";  ///< First part of all metric names: `http_requests_total`.
  Labels labels = {};           ///< Constant labels of every series. Default: none.
  /// Path templates, for example `/users/{id}`. Each is a value of the label `route`. Without templates, there is no
  /// such label. A parameter matches one segment that is not empty. Parameters of other frameworks, such as `:id`,
  /// `<id>`, `{id:int}`, or `*`, are errors. If several templates match a path, the one with the longer literal text at
  /// its beginning is used; the order of the templates has no effect.
  std::vector<std::string> routes = {};
  std::vector<std::string> ignore = {};  ///< Paths that are not counted. The whole path must be equal: `/metrics`.
  /// Upper bounds of the buckets of the duration, in seconds. If empty: default_buckets(), or none if `native` is set.
  std::vector<double> buckets = {};
  /// Native buckets of the duration. `{}` enables them with their defaults. Default: none.
  NativeBuckets native = {.enabled = false};
};

/// Sizes of the bodies of a request and its response, in bytes. A size that is not set is not observed.
struct HttpSizes {
  std::optional<std::uint64_t> request = {};   ///< Size of the request body in bytes. Default: unknown.
  std::optional<std::uint64_t> response = {};  ///< Size of the response body in bytes. Default: unknown.
};

/// One request that a server handles, from HttpMetrics::start() to finish().
///
/// Values: the request is in flight until it ends. If it is destroyed without finish(), it is counted with code 500,
///   because servers send this code if a handler throws. A default-constructed request, a moved-from request, and a
///   request of an ignored path do nothing.
/// Thread safety: only one thread may use a request at a time. It may end on another thread than the one that started
///   it.
/// Exceptions: none.
/// Lifetime: may end after its HttpMetrics and its Registry are destroyed.
///
/// Example:
///   narthex::HttpRequest request = metrics.start("GET", "/users/7");
///   request.finish(200, {.request = 120, .response = 5120});
class [[nodiscard]] NARTHEX_VISIBILITY HttpRequest {
 public:
  /// Does nothing.
  HttpRequest() noexcept = default;
  HttpRequest(const HttpRequest&) = delete;
  HttpRequest& operator=(const HttpRequest&) = delete;
  /// Takes over the request; the other one does nothing after that.
  HttpRequest(HttpRequest&& other) noexcept
      : state_(std::exchange(other.state_, nullptr)), series_(other.series_), start_(other.start_) {}
  /// Ends the previous request of this object, and takes over the other one.
  NARTHEX_EXPORT HttpRequest& operator=(HttpRequest&& other) noexcept;
  ~HttpRequest() {
    if (state_) finish(500);
  }

  /// Counts the request with the status code of its response, and observes its duration and sizes. Further calls have
  /// no effect.
  void finish(int code, HttpSizes sizes = {}) noexcept { finish(code, sizes, ExemplarLabels()); }
  /// Like finish() above, with an exemplar of the duration: `request.finish(200, {}, {{"trace_id", id}})`.
  void finish(int code, HttpSizes sizes, std::initializer_list<ExemplarLabel> exemplar) noexcept {
    finish(code, sizes, ExemplarLabels(exemplar.begin(), exemplar.size()));
  }
  /// Like finish() above, with exemplar labels from a range.
  NARTHEX_EXPORT void finish(int code, HttpSizes sizes, ExemplarLabels exemplar) noexcept;

  /// Ends the request without counting it.
  NARTHEX_EXPORT void cancel() noexcept;

  /// Returns whether the request will be counted when it ends.
  [[nodiscard]] explicit operator bool() const noexcept { return state_ != nullptr; }

 private:
  friend class HttpMetrics;
  HttpRequest(detail::HttpState& state, detail::HttpSeries& series) noexcept;

  detail::HttpState* state_ = nullptr;
  detail::HttpSeries* series_ = nullptr;
  std::chrono::steady_clock::time_point start_{};
};

/// Metrics of the requests of any HTTP server.
///
/// Values: PREFIX_requests_total by `code` and `method`, PREFIX_request_duration_seconds by `method`, both also by
///   `route` if there are templates; PREFIX_in_flight_requests; PREFIX_request_size_bytes and
///   PREFIX_response_size_bytes. Untrusted clients cannot create series: a method that is not PATCH or a method of
///   RFC 9110 in upper case, a path that matches no template, and a code outside 100 to 999 are counted as `other`.
/// Thread safety: all members may be called concurrently. They are lock-free.
/// Exceptions: the constructor throws OptionsError for an empty prefix or an invalid route template, and
///   RegistrationError for an invalid prefix or bucket and for a name that is defined differently. start() does not
///   throw.
/// Lifetime: copies, and objects with the same registry, prefix, and labels, refer to the same metrics. They stay valid
///   after the Registry is destroyed.
///
/// Example:
///   narthex::HttpMetrics metrics(registry, {.routes = {"/users/{id}"}, .ignore = {"/metrics"}});
///   auto request = metrics.start(method, path);  // when the request arrives
///   request.finish(200);                         // when the response was sent
class [[nodiscard]] NARTHEX_EXPORT HttpMetrics {
 public:
  /// Does nothing.
  HttpMetrics() noexcept = default;
  /// Defines the metrics in a registry.
  [[nodiscard]] explicit HttpMetrics(const Registry& registry, HttpMetricsOptions options = {});

  /// Starts a request. Pass the method exactly as in the request line. The path may contain a query.
  HttpRequest start(std::string_view method, std::string_view path) const noexcept;

 private:
  std::shared_ptr<detail::HttpState> state_;
};

}  // namespace narthex
