#pragma once

#include <atomic>
#include <chrono>
#include <mutex>  // as in prometheus-cpp: programs rely on it
#include <vector>

#include <narthex/detail/export.h>
#include <narthex/detail/observation_series.h>
#include <narthex/detail/series.h>
#include <prometheus/client_metric.h>
#include <prometheus/detail/builder.h>
#include <prometheus/detail/ckms_quantiles.h>
#include <prometheus/metric_type.h>

namespace NARTHEX_VISIBILITY prometheus {

/// Counts and sums observations, and computes quantiles of the recent ones.
///
/// Values: any. A quantile differs from the exact one by at most 1.1 % of its value. `error` of a Quantile has no effect.
/// Thread safety: all members may be called concurrently. Once in each step of the window (`max_age` divided by
///   `age_buckets`), one call of Observe() moves the window under a lock. All other calls take no lock.
/// Exceptions: std::invalid_argument from the constructor for an invalid argument. std::bad_alloc from the constructor
///   and from Collect().
/// Lifetime: a summary of a family exists until Family::Remove() or the end of the family.
///
/// Example:
///   auto& latency = prometheus::BuildSummary().Name("latency_seconds").Help("Duration.").Register(*registry);
///   latency.Add({}, prometheus::Summary::Quantiles{{0.5, 0.05}, {0.99, 0.001}}).Observe(0.3);
class NARTHEX_EXPORT Summary {
 public:
  using Quantiles = std::vector<detail::CKMSQuantiles::Quantile>;  ///< Quantiles to serve.

  static constexpr MetricType metric_type{MetricType::Summary};  ///< The type.

  /// Creates a summary that belongs to no family.
  ///
  /// `quantiles` are from 0 to 1, each once. `max_age` is the maximum age of the observations in the quantiles, above 0
  /// and at most 366 days. `age_buckets` is the number of steps in which old observations leave, from 1 to 100.
  Summary(const Quantiles& quantiles, std::chrono::milliseconds max_age = std::chrono::seconds(60),
          int age_buckets = 5);
  Summary(const Summary&) = delete;
  Summary& operator=(const Summary&) = delete;
  ~Summary() = default;

  /// Counts a value, and adds it to the sum and to the quantiles.
  void Observe(double value);

  /// Returns the current count, sum, and quantiles, without labels. The quantiles are in increasing order.
  ClientMetric Collect() const;

 private:
  friend class Family<Summary>;
  friend class detail::MetricTable<Summary>;

  Summary(const detail::NewSeries& series, const Quantiles& quantiles,
          std::chrono::milliseconds max_age = std::chrono::seconds(60), int age_buckets = 5);
  void MoveWindow();

  narthex::detail::SeriesPtr<narthex::detail::ObservationSeries> series_;
  const std::chrono::milliseconds step_;
  std::atomic<std::chrono::milliseconds::rep> next_step_{0};  // time of the steady clock
};

/// Returns a builder: `BuildSummary().Name("latency_seconds").Help("Duration.").Register(registry)`.
NARTHEX_EXPORT detail::Builder<Summary> BuildSummary();

}  // namespace prometheus
