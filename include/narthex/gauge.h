#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include <narthex/detail/family_options.h>
#include <narthex/detail/gauge_series.h>
#include <narthex/detail/kind.h>
#include <narthex/detail/stopwatch.h>
#include <narthex/labels.h>

namespace narthex {

template <class Metric>
class Borrowed;

/// How to define a gauge, or a family of them.
struct GaugeOptions {
  std::string name = {};  ///< Ends in its unit by convention: `queue_bytes`.
  std::string help = {};  ///< One sentence for whoever reads a dashboard; required.
  std::string unit = {};  ///< Base unit, the last word of the name: `bytes`.
  Labels labels = {};     ///< Constant labels, on every series of the family.
  /// Label values beyond that many series share one, whose values are all `__overflow__`; 0: no limit.
  std::size_t max_series = detail::kDefaultMaxSeries;
  /// A series that nobody holds, and nobody has updated for so long, is dropped; 0: none ever is. Longer than the time
  /// between two scrapes, or what is dropped may never have been seen.
  std::chrono::milliseconds idle_timeout = {};
};

/// What one can do with a gauge, kept or just looked up.
template <class Reference>
class GaugeUpdates {
 public:
  void set(double value) const noexcept {
    if (series_) series_->set(value);
  }
  void inc(double amount = 1) const noexcept {
    if (series_) series_->inc(amount);
  }
  void dec(double amount = 1) const noexcept { inc(-amount); }

  /// Sets the gauge to the wall-clock time: seconds since 1970, with fractions.
  void set_to_current_time() const noexcept {
    set(std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count());
  }

  /// Runs a function and sets the gauge to the seconds that it took, also when it throws. Returns what it returns.
  template <std::invocable Function>
  decltype(auto) time(Function&& fn) const {
    const detail::TimedScope scope([this](double seconds) { set(seconds); });
    return std::forward<Function>(fn)();
  }

  double value() const noexcept { return series_ ? series_->value() : 0; }

 protected:
  GaugeUpdates() noexcept = default;
  explicit GaugeUpdates(Reference series) noexcept : series_(std::move(series)) {}

  Reference series_;
};

/// Tells how much of something there is now; starts at zero, goes up and down.
/// Values: any, also NaN and infinities, through set(); a NaN increment changes nothing and is counted as rejected.
/// Threads: any, at once, without locks. Copies are the same metric; a default one does nothing.
/// Errors: none. Stays usable after its series was removed and after its registry is gone.
class Gauge : public GaugeUpdates<detail::SeriesPtr<detail::GaugeSeries>> {
 public:
  using Options = GaugeOptions;

  Gauge() noexcept = default;

 private:
  template <class>
  friend class Borrowed;
  using Series = detail::GaugeSeries;
  template <class Reference>
  using Updates = GaugeUpdates<Reference>;
  explicit Gauge(detail::SeriesPtr<Series> series) noexcept : Updates<detail::SeriesPtr<Series>>(std::move(series)) {}
};

namespace detail {
NARTHEX_EXPORT std::unique_ptr<Kind> make_kind(const GaugeOptions& options);
}

}  // namespace narthex
