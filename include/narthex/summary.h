#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <narthex/detail/export.h>
#include <narthex/detail/family_options.h>
#include <narthex/detail/kind.h>
#include <narthex/detail/observation_series.h>
#include <narthex/detail/stopwatch.h>
#include <narthex/labels.h>
#include <narthex/observation_count.h>

namespace NARTHEX_VISIBILITY narthex {

template <class Metric>
class Borrowed;
template <class Metric>
class MetricRef;

/// Definition of a summary, or of a family of summaries.
struct SummaryOptions {
  /// Name of the metric. By convention it ends in its unit: `http_request_duration_seconds`. Required.
  std::string name = {};
  /// Help text: one sentence that describes the metric. Required.
  std::string help = {};
  /// Base unit, which is the last word of the name: `seconds`. Default: none.
  std::string unit = {};
  /// Constant labels of every series in the family. Default: none.
  Labels labels = {};
  /// Quantiles to serve, each from 0 to 1, such as 0.5 and 0.99. Default: none; only the sum and the count are served.
  /// Quantiles of several instances cannot be aggregated. Use a Histogram for that.
  std::vector<double> quantiles = {};
  /// Maximum age of the observations in the quantiles, in milliseconds: above 0, at most 366 days. Choose at least
  /// twice the scrape interval: if the last scrape is older than max_age, the quantiles are NaN.
  std::chrono::milliseconds max_age = std::chrono::minutes(10);
  /// Number of steps in a window, from 1 to 100. A scrape moves the start of the window, in steps of max_age divided by
  /// age_buckets, so that a window may be shorter than max_age by a step or a scrape interval, whichever is longer.
  std::size_t age_buckets = 5;
  /// Maximum number of series in the family. Further label values are counted in one series, whose label values are all
  /// `__overflow__`. 0 means unlimited.
  std::size_t max_series = 10'000;
  /// A series is dropped if it was not updated for this time, in milliseconds, and no handle refers to it. Choose a
  /// time longer than the scrape interval; otherwise a series can be dropped before a scrape sees it. 0 means that no
  /// series is dropped.
  std::chrono::milliseconds idle_timeout = {};
};

/// The functions of a Summary, of the Borrowed<Summary> that `labels(...)` returns, and of the MetricRef<Summary> that
/// `at(...)` returns.
template <class Reference>
class SummaryUpdates {
 public:
  /// Counts a value and adds it to the sum.
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
  /// Returns a quantile of the recent time window: see Summary. The definition need not list this quantile. It does not
  /// move the window. NaN if the window is empty, or if the definition lists no quantiles. A quantile outside 0 to 1 is
  /// taken as 0 or 1. Throws std::bad_alloc.
  [[nodiscard]] double quantile(double quantile) const {
    return series_ ? series_->quantile(quantile) : std::numeric_limits<double>::quiet_NaN();
  }

 protected:
  SummaryUpdates() noexcept = default;
  explicit SummaryUpdates(Reference series) noexcept : series_(std::move(series)) {}

  Reference series_;
};

/// Counts and sums observations, and computes quantiles of a recent time window if its definition lists quantiles.
///
/// Values: any value. NaN is counted, turns the sum into NaN, and does not affect the quantiles. The sum is as exact as
///   that of a Histogram, also after negative values. A quantile differs from an observed value by at most 1.1 %, if
///   all observations span less than 28 decades. It is NaN if the window is empty. The window starts at the oldest
///   scrape, or at the creation of the series, that is at most max_age ago. If both are longer ago, the age of newer
///   observations is unknown, and the window is empty: a job that pushes once needs a max_age above its run time.
///   Prometheus accepts a sum that is NaN or negative, and negative quantiles. A strict OpenMetrics parser, such as
///   that of client_python, rejects the whole scrape.
/// Thread safety: all members may be called concurrently. Updates take no lock and never wait. A scrape during an
///   observation may include the observation only in the sum or only in the count.
/// Exceptions: none, except those of the function that is passed to time(), and std::bad_alloc from quantile().
/// Lifetime: copies refer to the same series. A handle stays valid after remove() and after its registry is destroyed.
///   A default-constructed handle does nothing.
///
/// Example:
///   narthex::Summary sizes = registry.summary(
///       {.name = "reply_bytes", .help = "Size of a reply.", .unit = "bytes", .quantiles = {0.5, 0.99}});
///   sizes.observe(1024);
class NARTHEX_VISIBILITY Summary : public SummaryUpdates<detail::SeriesPtr<detail::ObservationSeries>> {
 public:
  /// Definition of a Summary.
  using Options = SummaryOptions;

  /// Creates a handle that does nothing.
  Summary() noexcept = default;

 private:
  template <class>
  friend class Borrowed;
  template <class>
  friend class MetricRef;
  using Series = detail::ObservationSeries;
  template <class Reference>
  using Updates = SummaryUpdates<Reference>;
  explicit Summary(detail::SeriesPtr<Series> series) noexcept : Updates<detail::SeriesPtr<Series>>(std::move(series)) {}
};

namespace detail {
NARTHEX_EXPORT std::unique_ptr<Kind> make_kind(const SummaryOptions& options);
}

}  // namespace narthex
