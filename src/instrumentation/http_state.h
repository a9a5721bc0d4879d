#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <narthex/counter.h>
#include <narthex/dynamic_family.h>
#include <narthex/gauge.h>
#include <narthex/histogram.h>
#include <narthex/http_metrics.h>

#include "base/lazy_init.h"
#include "base/striped_count.h"
#include "instrumentation/http_routes.h"
#include "instrumentation/http_words.h"

namespace narthex::detail {

// The metrics of the requests of one method and one route.
class HttpSeries {
 public:
  LazyInit<Histogram> duration;
  std::array<LazyInit<Counter>, kFrequentCodes.size()> responses;  // index: code_index()
};

// The state that all copies of an HttpMetrics share.
//
//   HttpMetrics --shared_ptr--> HttpState <--pointer-- HttpRequest
//
// Requests keep the state, too. They use a striped count, because one shared counter would cost more than all other
// work of a request. After the last HttpMetrics is destroyed, no request can start; the state is deleted when no
// request is left.
class HttpState {
 public:
  static std::shared_ptr<HttpState> make(const Registry& registry, HttpMetricsOptions options);

  bool ignores(std::string_view path) const noexcept;
  HttpSeries& series(std::string_view method, std::string_view path) noexcept;

  void begin() noexcept;
  // Throws std::bad_alloc if a series must be created.
  void count(HttpSeries& series, int code, double seconds, ExemplarLabels exemplar);
  void observe(const HttpSizes& sizes) const noexcept;
  // The caller must not use the state after that.
  void end() noexcept;

 private:
  HttpState(const Registry& registry, HttpMetricsOptions options);
  static void retire(HttpState* state) noexcept;

  void count_response(HttpSeries& series, int code);
  // Return the label values of a series.
  std::string_view method_of(const HttpSeries& series) const noexcept;
  std::string_view route_of(const HttpSeries& series) const noexcept;

  const HttpRoutes routes_;
  const std::vector<std::string> ignored_;
  // In the order of definition. If a later definition throws, a second attempt with corrected options finds the earlier
  // ones unchanged.
  DynamicFamily<Counter> responses_;
  DynamicFamily<Histogram> durations_;
  Gauge in_flight_;
  Histogram request_sizes_;
  Histogram response_sizes_;
  std::vector<HttpSeries> series_;  // for each route, and last for "other": one entry for each method
  StripedCount requests_;
  HttpState* next_retired_ = nullptr;
};

}  // namespace narthex::detail
