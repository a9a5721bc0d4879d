#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include <narthex/detail/export.h>
#include <narthex/detail/family_options.h>
#include <narthex/detail/gauge_series.h>
#include <narthex/detail/kind.h>
#include <narthex/detail/stopwatch.h>
#include <narthex/labels.h>

namespace NARTHEX_VISIBILITY narthex {

template <class Metric>
class Borrowed;
template <class Metric>
class MetricRef;

/// Definition of a gauge, or of a family of gauges.
struct GaugeOptions {
  /// Name of the metric. By convention it ends in its unit: `queue_bytes`. Required.
  std::string name = {};
  /// Help text: one sentence that describes the metric. Required.
  std::string help = {};
  /// Base unit, which is the last word of the name: `bytes`. Default: none.
  std::string unit = {};
  /// Constant labels of every series in the family. Default: none.
  Labels labels = {};
  /// Maximum number of series in the family. Further label values share one series, whose label values are all
  /// `__overflow__`. 0 means unlimited.
  std::size_t max_series = 10'000;
  /// A series is dropped if it was not updated for this time, in milliseconds, and no handle refers to it. Choose a
  /// time longer than the scrape interval; otherwise a series can be dropped before a scrape sees it. 0 means that no
  /// series is dropped.
  std::chrono::milliseconds idle_timeout = {};
};

/// The functions of a Gauge, of the Borrowed<Gauge> that `labels(...)` returns, and of the MetricRef<Gauge> that
/// `at(...)` returns.
template <class Reference>
class GaugeUpdates {
 public:
  /// Replaces the value.
  void set(double value) const noexcept {
    if (series_) series_->set(value);
  }
  /// Adds an amount, which may be negative.
  void inc(double amount = 1) const noexcept {
    if (series_) series_->inc(amount);
  }
  /// Subtracts an amount, which may be negative.
  void dec(double amount = 1) const noexcept { inc(-amount); }

  /// Sets the gauge to the current time in seconds since 1970-01-01 00:00 UTC, with fractions.
  void set_to_current_time() const noexcept {
    set(std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count());
  }

  /// Calls a function, sets the gauge to its duration in seconds, and returns its result. The gauge is also set if the
  /// function throws; the exception reaches the caller.
  template <std::invocable Function>
  decltype(auto) time(Function&& fn) const {
    const detail::TimedScope scope([this](double seconds) { set(seconds); });
    return std::forward<Function>(fn)();
  }

  /// Returns the current value.
  ///
  /// Updates that other threads make at the same time may be included or not. The call never waits. It reads one
  /// number. Only for a gauge that was incremented thousands of times between two reads, and was not set since, it
  /// reads a number for each thread: as many as the process had at the same time.
  [[nodiscard]] double value() const noexcept { return series_ ? series_->value() : 0; }

 protected:
  GaugeUpdates() noexcept = default;
  explicit GaugeUpdates(Reference series) noexcept : series_(std::move(series)) {}

  Reference series_;
};

/// A value that goes up and down, for example the length of a queue. It starts at 0.
///
/// Values: any value. set() also accepts NaN and infinities. An increment of NaN is ignored and counted as a rejected
///   update. Whole amounts are exact while each amount and the value stay below 2^53, however much is added and
///   subtracted. The rounding error of a fraction is that of a `double` about as large as the largest value since the
///   last set(). Beyond 2^63 only set() gives right values.
/// Thread safety: all members may be called concurrently. Updates take no lock and never wait.
/// Exceptions: none, except those of the function that is passed to time().
/// Lifetime: copies refer to the same series. A handle stays valid after remove() and after its registry is destroyed.
///   A default-constructed handle does nothing.
///
/// Example:
///   narthex::Gauge queue = registry.gauge({.name = "queue_jobs", .help = "Jobs that wait for a worker."});
///   queue.inc();
///   queue.set(0);
class NARTHEX_VISIBILITY Gauge : public GaugeUpdates<detail::SeriesPtr<detail::GaugeSeries>> {
 public:
  /// Definition of a Gauge.
  using Options = GaugeOptions;

  /// Creates a handle that does nothing.
  Gauge() noexcept = default;

 private:
  template <class>
  friend class Borrowed;
  template <class>
  friend class MetricRef;
  using Series = detail::GaugeSeries;
  template <class Reference>
  using Updates = GaugeUpdates<Reference>;
  explicit Gauge(detail::SeriesPtr<Series> series) noexcept : Updates<detail::SeriesPtr<Series>>(std::move(series)) {}
};

namespace detail {
NARTHEX_EXPORT std::unique_ptr<Kind> make_kind(const GaugeOptions& options);
}

}  // namespace narthex
