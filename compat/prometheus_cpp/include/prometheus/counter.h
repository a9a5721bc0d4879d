#pragma once

#include <narthex/detail/counter_series.h>
#include <narthex/detail/export.h>
#include <prometheus/client_metric.h>
#include <prometheus/detail/builder.h>
#include <prometheus/detail/resettable_series.h>
#include <prometheus/gauge.h>  // as in prometheus-cpp: programs rely on it
#include <prometheus/metric_type.h>

namespace NARTHEX_VISIBILITY prometheus {

/// A value that only increases, for example the number of requests served. It starts at 0.
///
/// Values: any amount >= 0. A negative or NaN amount is ignored.
/// Thread safety: all members may be called concurrently. Updates take no lock and never wait.
/// Exceptions: std::bad_alloc from the constructor and from Collect().
/// Lifetime: a counter of a family exists until Family::Remove() or the end of the family.
///
/// Example:
///   auto& requests = prometheus::BuildCounter().Name("requests_total").Help("Requests served.").Register(*registry);
///   requests.Add({{"method", "get"}}).Increment();
class NARTHEX_EXPORT Counter {
 public:
  static constexpr MetricType metric_type{MetricType::Counter};  ///< The type.

  /// Creates a counter that belongs to no family.
  Counter();
  Counter(const Counter&) = delete;
  Counter& operator=(const Counter&) = delete;
  ~Counter() = default;

  /// Adds 1.
  void Increment() { series_->inc(1); }
  /// Adds an amount.
  void Increment(double amount) { series_->inc(amount); }
  /// Sets the value to 0. Prometheus treats this as a counter reset.
  void Reset();

  /// Returns the current value.
  double Value() const;
  /// Returns the current value, without labels.
  ClientMetric Collect() const;

 private:
  friend class Family<Counter>;
  friend class detail::MetricTable<Counter>;

  explicit Counter(const detail::NewSeries& series);

  detail::ResettableSeries<narthex::detail::CounterSeries> series_;
};

/// Returns a builder: `BuildCounter().Name("requests_total").Help("Requests served.").Register(registry)`.
NARTHEX_EXPORT detail::Builder<Counter> BuildCounter();

}  // namespace prometheus
