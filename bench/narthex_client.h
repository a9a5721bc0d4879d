#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <narthex/narthex.h>

#include "inputs.h"

namespace narthex::bench {

// narthex as a client of the cases. Each function contains what an application would write. A repeated definition
// returns the same metric, so that every thread of a case defines its own handle.
class Narthex {
 public:
  static constexpr const char* kName = "narthex";

  using Statuses = Family<Counter, 2>;
  template <class Metric>
  using Routes = Family<Metric, 3>;

  Narthex() = default;

  Counter counter() { return registry_.counter({.name = kRequests.name, .help = kRequests.help}); }
  Gauge gauge() { return registry_.gauge({.name = kInFlight.name, .help = kInFlight.help}); }
  Histogram histogram() { return registry_.histogram(latency_options()); }
  Histogram native_histogram() {
    return registry_.histogram({.name = kLatency.name, .help = kLatency.help, .native = {}});
  }
  Summary summary() { return registry_.summary({.name = kLatency.name, .help = kLatency.help}); }
  Summary summary_with_quantiles() {
    return registry_.summary({.name = kLatency.name, .help = kLatency.help, .quantiles = {0.5, 0.99}});
  }

  Statuses counter_by_status() { return counter_by_status({}); }
  Routes<Counter> counter_by_route(std::size_t family = 0) {
    return registry_.counter({.name = requests_name(family), .help = kRequests.help, .max_series = 0}, kRouteLabels);
  }
  Routes<Histogram> histogram_by_route() { return registry_.histogram(latency_options(), kRouteLabels); }

  // Handles to keep.
  static Counter at(const Statuses& family, const Status& status) { return family.labels(status.method, status.code); }
  template <class Metric>
  static Metric at(const Routes<Metric>& family, const Route& route) {
    return family.labels(route.method, route.path, route.code);
  }

  static void inc(const Counter& counter) { counter.inc(); }
  static void inc(const Counter& counter, double amount) { counter.inc(amount); }
  static void inc(const Counter& counter, std::string_view trace_id) { counter.inc(1, {{"trace_id", trace_id}}); }
  static void inc(const Gauge& gauge) { gauge.inc(); }
  static void inc(const Statuses& family, const Status& status) { family.labels(status.method, status.code).inc(); }
  static void inc(const Routes<Counter>& family, const Route& route) {
    family.labels(route.method, route.path, route.code).inc();
  }
  static void remove(const Routes<Counter>& family, const Route& route) {
    family.remove(route.method, route.path, route.code);
  }
  static void set(const Gauge& gauge, double value) { gauge.set(value); }
  static double value(const Gauge& gauge) { return gauge.value(); }
  static void observe(const Histogram& histogram, double value) { histogram.observe(value); }
  static void observe(const Histogram& histogram, double value, std::string_view trace_id) {
    histogram.observe(value, {{"trace_id", trace_id}});
  }
  static void observe(const Summary& summary, double value) { summary.observe(value); }
  static void observe(const Routes<Histogram>& family, const Route& route, double value) {
    family.labels(route.method, route.path, route.code).observe(value);
  }

  // The reply that a server keeps between scrapes, so that its strings are used again.
  using Reply = Exposition;
  void scrape(Reply& reply, const ExpositionRequest& request = {}) const { expose(registry_, request, reply); }
  std::string text() const { return to_text(registry_); }

  const Registry& registry() const noexcept { return registry_; }

 protected:
  explicit Narthex(RegistryOptions options) : registry_(std::move(options)) {}

  Statuses counter_by_status(std::chrono::milliseconds idle_timeout) {
    return registry_.counter({.name = kRequests.name, .help = kRequests.help, .idle_timeout = idle_timeout},
                             kStatusLabels);
  }

 private:
  static HistogramOptions latency_options() {
    return {.name = kLatency.name, .help = kLatency.help, .buckets = latency_buckets(), .max_series = 0};
  }

  Registry registry_;
};

// The same with series that expire.
class NarthexExpiring : public Narthex {
 public:
  static constexpr const char* kName = "narthex_expiring";

  Statuses counter_by_status() { return Narthex::counter_by_status(std::chrono::hours(1)); }
};

// The same in a traced program without sampled traces: the exemplar function returns no labels.
class NarthexUnsampled : public Narthex {
 public:
  static constexpr const char* kName = "narthex_unsampled";

  NarthexUnsampled() : Narthex({.exemplars = {.labels = [] { return Labels(); }}}) {}
};

// The same with sampled traces only: each metric soon has its exemplar, and no scrape requests a new one.
class NarthexSampled : public Narthex {
 public:
  static constexpr const char* kName = "narthex_sampled";

  NarthexSampled() : Narthex({.exemplars = {.labels = [] { return Labels{{"trace_id", kTraceId}}; }}}) {}
};

}  // namespace narthex::bench
