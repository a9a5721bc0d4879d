#pragma once

#include <memory>
#include <string>

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "../inputs.h"

namespace narthex::bench {

// prometheus-cpp, or the layer that has its interface, with the same functions as Narthex in narthex_client.h. Metrics
// belong to their family, and a pointer is the handle.
class PrometheusCpp {
 public:
#ifdef NARTHEX_BENCH_LAYER
  static constexpr const char* kName = "layer";
#else
  static constexpr const char* kName = "prometheus_cpp";
#endif

  using Counter = prometheus::Counter*;
  using Gauge = prometheus::Gauge*;
  using Histogram = prometheus::Histogram*;
  struct Statuses {
    prometheus::Family<prometheus::Counter>& family;
  };
  template <class Metric>
  struct Routes {
    prometheus::Family<Metric>& family;
  };

  Counter counter() { return &counters().Add({}); }
  Gauge gauge() {
    return &prometheus::BuildGauge().Name(kInFlight.name).Help(kInFlight.help).Register(*registry_).Add({});
  }
  Histogram histogram() { return &histograms().Add({}, latency_buckets()); }

  Statuses counter_by_status() { return {counters()}; }
  Routes<prometheus::Counter> counter_by_route(std::size_t family = 0) {
    return {prometheus::BuildCounter().Name(requests_name(family)).Help(kRequests.help).Register(*registry_)};
  }
  Routes<prometheus::Histogram> histogram_by_route() { return {histograms()}; }

  static Counter at(Statuses by, const Status& status) { return &by.family.Add(labels(status)); }
  static Counter at(Routes<prometheus::Counter> by, const Route& route) { return &by.family.Add(labels(route)); }
  static Histogram at(Routes<prometheus::Histogram> by, const Route& route) {
    static const prometheus::Histogram::BucketBoundaries buckets = latency_buckets();
    return &by.family.Add(labels(route), buckets);
  }

  static void inc(Counter counter) { counter->Increment(); }
  static void inc(Counter counter, double amount) { counter->Increment(amount); }
  static void inc(Gauge gauge) { gauge->Increment(); }
  static void inc(Statuses by, const Status& status) { by.family.Add(labels(status)).Increment(); }
  static void inc(Routes<prometheus::Counter> by, const Route& route) { at(by, route)->Increment(); }
  static void remove(Routes<prometheus::Counter> by, const Route& route) { by.family.Remove(at(by, route)); }
  static void set(Gauge gauge, double value) { gauge->Set(value); }
  static double value(Gauge gauge) { return gauge->Value(); }
  static void observe(Histogram histogram, double value) { histogram->Observe(value); }
  static void observe(Routes<prometheus::Histogram> by, const Route& route, double value) {
    at(by, route)->Observe(value);
  }

  using Reply = std::string;
  void scrape(Reply& reply) const { reply = prometheus::TextSerializer().Serialize(registry_->Collect()); }

  const std::shared_ptr<prometheus::Registry>& registry() const noexcept { return registry_; }

 private:
  static prometheus::Labels labels(const Status& status) {
    return {{kStatusLabels[0], std::string(status.method)}, {kStatusLabels[1], std::string(status.code)}};
  }
  static prometheus::Labels labels(const Route& route) {
    return {{kRouteLabels[0], route.method}, {kRouteLabels[1], route.path}, {kRouteLabels[2], route.code}};
  }

  prometheus::Family<prometheus::Counter>& counters() {
    return prometheus::BuildCounter().Name(kRequests.name).Help(kRequests.help).Register(*registry_);
  }
  prometheus::Family<prometheus::Histogram>& histograms() {
    return prometheus::BuildHistogram().Name(kLatency.name).Help(kLatency.help).Register(*registry_);
  }

  std::shared_ptr<prometheus::Registry> registry_ = std::make_shared<prometheus::Registry>();
};

}  // namespace narthex::bench
