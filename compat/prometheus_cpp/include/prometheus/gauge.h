#pragma once

#include <narthex/detail/export.h>
#include <narthex/detail/gauge_series.h>
#include <narthex/detail/series.h>
#include <prometheus/client_metric.h>
#include <prometheus/detail/builder.h>
#include <prometheus/metric_type.h>

namespace NARTHEX_VISIBILITY prometheus {

/// A value that goes up and down, for example the length of a queue.
///
/// Values: any. Set() also accepts NaN and infinities. An amount of NaN is ignored.
/// Thread safety: all members may be called concurrently. Updates take no lock and never wait.
/// Exceptions: std::bad_alloc from the constructor and from Collect().
/// Lifetime: a gauge of a family exists until Family::Remove() or the end of the family.
///
/// Example:
///   auto& queue = prometheus::BuildGauge().Name("queue_jobs").Help("Jobs that wait.").Register(*registry).Add({});
///   queue.Increment();
class NARTHEX_EXPORT Gauge {
 public:
  static constexpr MetricType metric_type{MetricType::Gauge};  ///< The type.

  /// Creates a gauge that belongs to no family and starts at 0.
  Gauge();
  /// Creates a gauge that belongs to no family and starts at a value.
  Gauge(double value);
  Gauge(const Gauge&) = delete;
  Gauge& operator=(const Gauge&) = delete;
  ~Gauge() = default;

  /// Adds 1.
  void Increment() { series_->inc(1); }
  /// Adds an amount, which may be negative.
  void Increment(double amount) { series_->inc(amount); }
  /// Subtracts 1.
  void Decrement() { series_->inc(-1); }
  /// Subtracts an amount, which may be negative.
  void Decrement(double amount) { series_->inc(-amount); }
  /// Replaces the value.
  void Set(double value) { series_->set(value); }
  /// Sets the gauge to the current time in seconds since 1970-01-01 00:00 UTC.
  void SetToCurrentTime();

  /// Returns the current value.
  double Value() const;
  /// Returns the current value, without labels.
  ClientMetric Collect() const;

 private:
  friend class Family<Gauge>;
  friend class detail::MetricTable<Gauge>;

  explicit Gauge(const detail::NewSeries& series, double value = 0);

  narthex::detail::SeriesPtr<narthex::detail::GaugeSeries> series_;
};

/// Returns a builder: `BuildGauge().Name("queue_jobs").Help("Jobs that wait.").Register(registry)`.
NARTHEX_EXPORT detail::Builder<Gauge> BuildGauge();

}  // namespace prometheus
