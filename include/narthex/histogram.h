#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <narthex/buckets.h>
#include <narthex/detail/export.h>
#include <narthex/detail/family_options.h>
#include <narthex/detail/kind.h>
#include <narthex/detail/observation_series.h>
#include <narthex/detail/stopwatch.h>
#include <narthex/exemplar_labels.h>
#include <narthex/labels.h>
#include <narthex/observation_count.h>

namespace NARTHEX_VISIBILITY narthex {

template <class Metric>
class Borrowed;
template <class Metric>
class MetricRef;

/// Native buckets of a histogram. They need no bounds: their resolution adapts to the observed values. Protobuf and
/// OpenMetrics 2.0 contain them. The other formats serve the sum, the count, and the classic buckets.
struct NativeBuckets {
  /// Maximum ratio of the bounds of two adjacent buckets: a finite number above 1. The actual ratio is the largest
  /// 2^(2^-n), with n from -4 to 8, that does not exceed this value: for 1.1 it is 1.09. The smallest ratio is
  /// 2^(2^-8), about 1.0027; it is also used if the value is below it.
  double growth_factor = 1.1;
  /// Maximum number of buckets that a scrape serves, from 1 to 65,536. If a histogram has more buckets, pairs of
  /// buckets are merged. Merging stops at a ratio of the bounds of 65,536, even if there are still more buckets.
  std::size_t max_buckets = 160;
  /// Observations from -zero_threshold to +zero_threshold are counted in the zero bucket. 0 means exact zeros only.
  double zero_threshold = 0x1p-128;
  /// Maximum threshold of the zero bucket. If a histogram has more than max_buckets buckets, its zero bucket grows,
  /// to a bound that is at most this threshold. Pairs of buckets are merged only if that is not enough. If the value is
  /// at most zero_threshold, the zero bucket does not grow. Default: 0, the zero bucket does not grow.
  double max_zero_threshold = 0;
  /// Whether the histogram has native buckets. Only the default of HistogramOptions::native sets it to false: to enable
  /// them, assign a whole value, `options.native = {.growth_factor = 1.05}`, or set this field too.
  bool enabled = true;
};

/// Definition of a histogram, or of a family of histograms.
struct HistogramOptions {
  /// Name of the metric. By convention it ends in its unit: `http_request_duration_seconds`. Required.
  std::string name = {};
  /// Help text: one sentence that describes the metric. Required.
  std::string help = {};
  /// Base unit, which is the last word of the name: `seconds`. Default: none.
  std::string unit = {};
  /// Constant labels of every series in the family. Default: none.
  Labels labels = {};
  /// Upper bounds of the classic buckets, inclusive and in increasing order. Empty means default_buckets(), or no
  /// classic bucket if there are native ones. The +Inf bucket always exists; it may be listed last.
  std::vector<double> buckets = {};
  /// Native buckets. Default: off. `.native = {}` enables them with their defaults.
  NativeBuckets native = {.enabled = false};
  /// Maximum number of series in the family. Further label values are counted in one series, whose label values are all
  /// `__overflow__`. 0 means unlimited.
  std::size_t max_series = 10'000;
  /// A series is dropped if it was not updated for this time, in milliseconds, and no handle refers to it. Choose a
  /// time longer than the scrape interval; otherwise a series can be dropped before a scrape sees it. 0 means that no
  /// series is dropped.
  std::chrono::milliseconds idle_timeout = {};
};

/// The functions of a Histogram, of the Borrowed<Histogram> that `labels(...)` returns, and of the MetricRef<Histogram>
/// that `at(...)` returns.
template <class Reference>
class HistogramUpdates {
 public:
  /// Counts a value in its bucket and adds it to the sum.
  void observe(double value) const noexcept {
    if (series_) series_->observe(value);
  }
  /// Observes a duration in seconds: `observe(std::chrono::milliseconds(250))` observes 0.25.
  template <class Rep, class Period>
  void observe(std::chrono::duration<Rep, Period> duration) const noexcept {
    observe(std::chrono::duration<double>(duration).count());
  }
  /// Observes the same value `number` times, at the cost of one observation: `observe(0.042, 10)`. 0 does nothing.
  void observe(double value, ObservationCount number) const noexcept {
    if (series_) series_->observe(value, number.value());
  }
  /// Observes the same duration in seconds several times.
  template <class Rep, class Period>
  void observe(std::chrono::duration<Rep, Period> duration, ObservationCount number) const noexcept {
    observe(std::chrono::duration<double>(duration).count(), number);
  }
  /// Observes a value and stores an exemplar, which replaces the last one of the same bucket:
  /// `observe(0.042, {{"trace_id", id}})`. If the value is NaN, the exemplar is not stored.
  void observe(double value, std::initializer_list<ExemplarLabel> exemplar) const noexcept {
    observe(value, ExemplarLabels(exemplar.begin(), exemplar.size()));
  }
  /// Observes a value and stores an exemplar, which replaces the last one of the same bucket. If the value is NaN, the
  /// exemplar is not stored.
  void observe(double value, ExemplarLabels exemplar) const noexcept {
    if (series_) series_->observe(value, exemplar);
  }
  /// Observes a duration in seconds and stores an exemplar, as with a value.
  template <class Rep, class Period>
  void observe(std::chrono::duration<Rep, Period> duration,
               std::initializer_list<ExemplarLabel> exemplar) const noexcept {
    observe(std::chrono::duration<double>(duration).count(), exemplar);
  }
  /// Observes a duration in seconds and stores an exemplar, as with a value.
  template <class Rep, class Period>
  void observe(std::chrono::duration<Rep, Period> duration, ExemplarLabels exemplar) const noexcept {
    observe(std::chrono::duration<double>(duration).count(), exemplar);
  }

  /// Calls a function, observes its duration in seconds, and returns its result. The duration is also observed if the
  /// function throws; the exception reaches the caller.
  ///   const Page page = latency.time([&] { return render(request); });
  template <std::invocable Function>
  decltype(auto) time(Function&& fn) const {
    const detail::TimedScope scope([this](double seconds) { observe(seconds); });
    return std::forward<Function>(fn)();
  }

  /// Returns the number of all observations. It reads the counts of every thread: about as long as a scrape of this
  /// series. Updates do not wait for it.
  [[nodiscard]] std::uint64_t count() const noexcept { return series_ ? series_->totals().count : 0; }
  /// Returns the sum of all observations; otherwise the same as count().
  [[nodiscard]] double sum() const noexcept { return series_ ? series_->totals().sum : 0; }
  /// Returns a quantile of all observations since the start, for example 0.99. It is NaN if there is no observation.
  /// Throws std::bad_alloc. With native buckets, it is the geometric middle of the bucket that contains the quantile; a
  /// quantile below 0 is taken as 0, one above 1 as 1. With classic buckets, it is what histogram_quantile() of
  /// Prometheus returns for the same buckets: the highest bound if the quantile is above it, -Inf below 0, +Inf above 1,
  /// NaN for 0 if the first bucket is empty and its bound is above 0, and NaN without bounds.
  [[nodiscard]] double quantile(double quantile) const {
    return series_ ? series_->quantile(quantile) : std::numeric_limits<double>::quiet_NaN();
  }

 protected:
  HistogramUpdates() noexcept = default;
  explicit HistogramUpdates(Reference series) noexcept : series_(std::move(series)) {}

  Reference series_;
};

/// Counts observations, for example request durations, in buckets by their value, and sums them.
///
/// Values: any. NaN is counted in the +Inf bucket only and turns the sum into NaN, as in other Prometheus clients. The
/// sum is exact for whole values while the sums of the positive and of all values are below 2^53, about 9.007e15. A
/// negative value makes it decrease, which Prometheus takes for a counter reset. From the first negative value on, all
/// observations of the series take longer. Prometheus accepts a sum that is NaN or negative, and bounds that are
/// negative. A strict OpenMetrics parser, such as that of client_python, rejects the whole scrape.
/// Thread safety: all members may be called concurrently. Updates take no lock and never wait. A scrape during an
///   observation may include the observation only in the sum or only in the counts. `_count` always equals the +Inf
///   bucket.
/// Exceptions: none, except those of the function that is passed to time(), and std::bad_alloc from quantile().
/// Lifetime: copies refer to the same series. A handle stays valid after remove() and after its registry is destroyed.
///   A default-constructed handle does nothing.
///
/// Example:
///   narthex::Histogram latency = registry.histogram({.name = "latency_seconds", .help = "Duration of a request."});
///   latency.observe(0.042);
class NARTHEX_VISIBILITY Histogram : public HistogramUpdates<detail::SeriesPtr<detail::ObservationSeries>> {
 public:
  /// Definition of a Histogram.
  using Options = HistogramOptions;

  /// Creates a handle that does nothing.
  Histogram() noexcept = default;

 private:
  template <class>
  friend class Borrowed;
  template <class>
  friend class MetricRef;
  using Series = detail::ObservationSeries;
  template <class Reference>
  using Updates = HistogramUpdates<Reference>;
  explicit Histogram(detail::SeriesPtr<Series> series) noexcept
      : Updates<detail::SeriesPtr<Series>>(std::move(series)) {}
};

namespace detail {
NARTHEX_EXPORT std::unique_ptr<Kind> make_kind(const HistogramOptions& options);
}

}  // namespace narthex
