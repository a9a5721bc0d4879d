#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <narthex/buckets.h>
#include <narthex/detail/export.h>
#include <narthex/detail/family_options.h>
#include <narthex/detail/gauge_histogram_series.h>
#include <narthex/detail/kind.h>
#include <narthex/labels.h>

namespace NARTHEX_VISIBILITY narthex {

template <class Metric>
class Borrowed;
template <class Metric>
class MetricRef;

/// Definition of a gauge histogram, or of a family of gauge histograms.
struct GaugeHistogramOptions {
  /// Name of the metric. By convention it ends in its unit: `queued_request_bytes`. Required.
  std::string name = {};
  /// Help text: one sentence that describes the metric. Required.
  std::string help = {};
  /// Base unit, which is the last word of the name: `bytes`. Default: none.
  std::string unit = {};
  /// Constant labels of every series in the family. Default: none.
  Labels labels = {};
  /// Upper bounds of the buckets, inclusive and in increasing order. Empty means default_buckets(). The +Inf bucket
  /// always exists; it may be listed last.
  std::vector<double> buckets = {};
  /// Maximum number of series in the family. Further label values share one series, whose label values are all
  /// `__overflow__`. 0 means unlimited.
  std::size_t max_series = 10'000;
  /// A series is dropped if it was not updated for this time, in milliseconds, and no handle refers to it. Choose a
  /// time longer than the scrape interval; otherwise a series can be dropped before a scrape sees it. 0 means that no
  /// series is dropped.
  std::chrono::milliseconds idle_timeout = {};
};

/// The functions of a GaugeHistogram, of the Borrowed<GaugeHistogram> that `labels(...)` returns, and of the
/// MetricRef<GaugeHistogram> that `at(...)` returns.
template <class Reference>
class GaugeHistogramUpdates {
 public:
  /// Adds a value to the distribution.
  void inc(double value) const noexcept {
    if (series_) series_->add(value, 1);
  }
  /// Removes a value from the distribution. It must be exactly a value that inc() has added.
  void dec(double value) const noexcept {
    if (series_) series_->add(value, -1);
  }

  /// Returns the number of values in the distribution.
  [[nodiscard]] std::uint64_t count() const noexcept { return series_ ? series_->totals().count : 0; }
  /// Returns the sum of the values in the distribution.
  [[nodiscard]] double sum() const noexcept { return series_ ? series_->totals().sum : 0; }
  /// Returns a quantile of the distribution, as Histogram::quantile() does for classic buckets. Throws std::bad_alloc.
  [[nodiscard]] double quantile(double quantile) const {
    return series_ ? series_->quantile(quantile) : std::numeric_limits<double>::quiet_NaN();
  }

 protected:
  GaugeHistogramUpdates() noexcept = default;
  explicit GaugeHistogramUpdates(Reference series) noexcept : series_(std::move(series)) {}

  Reference series_;
};

/// The current distribution of values in buckets, for example the sizes of the requests that wait in a queue. Counts can
/// decrease. For values that are observed and never taken back, use a Histogram. For values that change while they wait,
/// such as ages, write the distribution in a Collector: Sink::gauge_histogram().
///
/// Values: finite numbers. NaN and infinities are ignored and counted as rejected updates. The sum is exact for whole
///   values while it is below 2^53. Text 0.0.4 lacks the type, and protobuf has it for native buckets only: both serve
///   a histogram. Do not apply rate() or increase() to it.
/// Thread safety: all members may be called concurrently. Updates take no lock and never wait. A scrape during an update
///   may include the update only in the sum or only in the counts. `_gcount` always equals the +Inf bucket.
/// Exceptions: none, except std::bad_alloc from quantile().
/// Lifetime: copies refer to the same series. A handle stays valid after remove() and after its registry is destroyed.
///   A default-constructed handle does nothing.
///
/// Example:
///   narthex::GaugeHistogram queued = registry.gauge_histogram(
///       {.name = "queued_request_bytes", .help = "Size of the requests that wait.", .buckets = {1e3, 1e6}});
///   queued.inc(request.size());  // when it begins to wait
///   queued.dec(request.size());  // when it ends
class NARTHEX_VISIBILITY GaugeHistogram
    : public GaugeHistogramUpdates<detail::SeriesPtr<detail::GaugeHistogramSeries>> {
 public:
  /// Definition of a GaugeHistogram.
  using Options = GaugeHistogramOptions;

  /// Creates a handle that does nothing.
  GaugeHistogram() noexcept = default;

 private:
  template <class>
  friend class Borrowed;
  template <class>
  friend class MetricRef;
  using Series = detail::GaugeHistogramSeries;
  template <class Reference>
  using Updates = GaugeHistogramUpdates<Reference>;
  explicit GaugeHistogram(detail::SeriesPtr<Series> series) noexcept
      : Updates<detail::SeriesPtr<Series>>(std::move(series)) {}
};

namespace detail {
NARTHEX_EXPORT std::unique_ptr<Kind> make_kind(const GaugeHistogramOptions& options);
}

}  // namespace narthex
