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

// What requests of one method and one route count in.
class HttpSeries {
 public:
  LazyInit<Histogram> duration;
  std::array<LazyInit<Counter>, kDefaultCodes.size()> answered;  // by code_index()
};

// What the copies of an HttpMetrics share.
//
//   HttpMetrics --counted--> HttpState <--without a count-- HttpRequest
//
// Requests keep it too, by a count in stripes: one that all threads share would cost more than all they count. When the
// last HttpMetrics has gone, no new request can begin, and the state ends once the last one has ended.
class HttpState {
 public:
  static std::shared_ptr<HttpState> make(const Registry& registry, HttpMetricsOptions options);

  bool ignores(std::string_view path) const noexcept;
  HttpSeries& series(std::string_view method, std::string_view path) noexcept;

  void begin() noexcept;
  // Throws std::bad_alloc where a series is new.
  void count(HttpSeries& series, int code, double seconds, ExemplarLabels exemplar);
  void observe(const HttpSizes& sizes) const noexcept;
  // The caller may not use this any more.
  void end() noexcept;

 private:
  HttpState(const Registry& registry, HttpMetricsOptions options);
  static void retire(HttpState* state) noexcept;

  void count_answer(HttpSeries& series, int code);
  // The values of the labels that are not the code.
  std::string_view method_of(const HttpSeries& series) const noexcept;
  std::string_view route_of(const HttpSeries& series) const noexcept;

  const HttpRoutes routes_;
  const std::vector<std::string> ignored_;
  // In the order of their definition: what fails after the first one is not what its definition depends on, so that a
  // second try finds it as it wants it.
  DynamicFamily<Counter> answers_;
  DynamicFamily<Histogram> durations_;
  Gauge in_flight_;
  Histogram request_sizes_;
  Histogram response_sizes_;
  std::vector<HttpSeries> series_;  // for each route, and then for no route, those of all methods
  StripedCount requests_;
  HttpState* next_retired_ = nullptr;
};

}  // namespace narthex::detail
