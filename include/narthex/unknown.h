#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include <narthex/detail/family_options.h>
#include <narthex/detail/kind.h>
#include <narthex/detail/unknown_series.h>
#include <narthex/labels.h>

namespace narthex {

template <class Metric>
class Borrowed;

/// How to define an unknown, or a family of them.
struct UnknownOptions {
  std::string name = {};  ///< Served as it stands.
  std::string help = {};  ///< One sentence for whoever reads a dashboard; required.
  std::string unit = {};  ///< Base unit, the last word of the name: `bytes`.
  Labels labels = {};     ///< Constant labels, on every series of the family.
  /// Label values beyond that many series share one, whose values are all `__overflow__`; 0: no limit.
  std::size_t max_series = detail::kDefaultMaxSeries;
  /// A series that nobody holds, and nobody has updated for so long, is dropped; 0: none ever is. Longer than the time
  /// between two scrapes, or what is dropped may never have been seen.
  std::chrono::milliseconds idle_timeout = {};
};

/// What one can do with an unknown, kept or just looked up.
template <class Reference>
class UnknownUpdates {
 public:
  void set(double value) const noexcept {
    if (series_) series_->set(value);
  }
  double value() const noexcept { return series_ ? series_->value() : 0; }

 protected:
  UnknownUpdates() noexcept = default;
  explicit UnknownUpdates(Reference series) noexcept : series_(std::move(series)) {}

  Reference series_;
};

/// Mirrors a number of somebody else's, of which nobody knows whether it only grows. If you know, take a Counter or a
/// Gauge: Prometheus, and who reads the dashboard, know what to do with them. Starts at zero.
/// Values: any, also NaN and infinities.
/// Threads: any, at once, without waiting. Copies are the same metric; a default one does nothing.
/// Errors: none. Stays usable after its series was removed and after its registry is gone.
class Unknown : public UnknownUpdates<detail::SeriesPtr<detail::UnknownSeries>> {
 public:
  using Options = UnknownOptions;

  Unknown() noexcept = default;

 private:
  template <class>
  friend class Borrowed;
  using Series = detail::UnknownSeries;
  template <class Reference>
  using Updates = UnknownUpdates<Reference>;
  explicit Unknown(detail::SeriesPtr<Series> series) noexcept : Updates<detail::SeriesPtr<Series>>(std::move(series)) {}
};

namespace detail {
NARTHEX_EXPORT std::unique_ptr<Kind> make_kind(const UnknownOptions& options);
}

}  // namespace narthex
