#pragma once

#include <memory>
#include <mutex>  // as in prometheus-cpp: programs rely on it
#include <vector>

#include <narthex/detail/export.h>
#include <narthex/detail/observation_series.h>
#include <prometheus/client_metric.h>
#include <prometheus/counter.h>  // as in prometheus-cpp: programs rely on it
#include <prometheus/detail/builder.h>
#include <prometheus/detail/resettable_series.h>
#include <prometheus/metric_type.h>

namespace NARTHEX_VISIBILITY prometheus {

/// Counts observations, for example request durations, in buckets by their value, and sums them.
///
/// Values: any. NaN is counted in the +Inf bucket and turns the sum into NaN.
/// Thread safety: all members may be called concurrently. Observe() takes no lock and never waits.
/// Exceptions: std::invalid_argument from the constructor for bounds that are not finite or do not increase; +Inf may be
///   the last one. std::bad_alloc from the constructor, Reset(), and Collect().
/// Lifetime: a histogram of a family exists until Family::Remove() or the end of the family.
///
/// Example:
///   auto& latency = prometheus::BuildHistogram().Name("latency_seconds").Help("Duration.").Register(*registry);
///   latency.Add({}, prometheus::Histogram::BucketBoundaries{0.1, 0.5, 1}).Observe(0.3);
class NARTHEX_EXPORT Histogram {
 public:
  using BucketBoundaries = std::vector<double>;  ///< Upper bounds, inclusive.

  static constexpr MetricType metric_type{MetricType::Histogram};  ///< The type.

  /// Creates a histogram that belongs to no family. The +Inf bucket always exists.
  Histogram(const BucketBoundaries& buckets);
  Histogram(const Histogram&) = delete;
  Histogram& operator=(const Histogram&) = delete;
  ~Histogram() = default;

  /// Counts a value in its bucket and adds it to the sum.
  void Observe(double value) { series_->observe(value); }
  /// Adds the number of observations of each bucket, from 0 to 2^53 and rounded down, and the sum of their values.
  /// Throws std::length_error if the number of buckets, with the +Inf bucket, differs.
  void ObserveMultiple(const std::vector<double>& bucket_increments, double sum_of_values);
  /// Removes all observations.
  void Reset();

  /// Returns the current counts and the sum, without labels.
  ClientMetric Collect() const;

 private:
  friend class Family<Histogram>;
  friend class detail::MetricTable<Histogram>;

  Histogram(const detail::NewSeries& series, const BucketBoundaries& buckets);

  const std::shared_ptr<const void> bounds_;
  detail::ResettableSeries<narthex::detail::ObservationSeries> series_;
};

/// Returns a builder: `BuildHistogram().Name("latency_seconds").Help("Duration.").Register(registry)`.
NARTHEX_EXPORT detail::Builder<Histogram> BuildHistogram();

}  // namespace prometheus
