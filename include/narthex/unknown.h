#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include <narthex/detail/export.h>
#include <narthex/detail/family_options.h>
#include <narthex/detail/kind.h>
#include <narthex/detail/unknown_series.h>
#include <narthex/labels.h>

namespace NARTHEX_VISIBILITY narthex {

template <class Metric>
class Borrowed;
template <class Metric>
class MetricRef;

/// Definition of a metric of unknown type, or of a family of such metrics.
struct UnknownOptions {
  /// Name of the metric. It is served unchanged. Required.
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

/// The functions of an Unknown, of the Borrowed<Unknown> that `labels(...)` returns, and of the MetricRef<Unknown> that
/// `at(...)` returns.
template <class Reference>
class UnknownUpdates {
 public:
  /// Replaces the value.
  void set(double value) const noexcept {
    if (series_) series_->set(value);
  }
  /// Returns the value of the last set().
  [[nodiscard]] double value() const noexcept { return series_ ? series_->value() : 0; }

 protected:
  UnknownUpdates() noexcept = default;
  explicit UnknownUpdates(Reference series) noexcept : series_(std::move(series)) {}

  Reference series_;
};

/// A number from another system. Use it only if you do not know whether the number can decrease. Otherwise use a
/// Counter or a Gauge, because Prometheus and its users can interpret them. An Unknown starts at 0.
///
/// Values: any value, including NaN and infinities.
/// Thread safety: all members may be called concurrently. Updates take no lock and never wait.
/// Exceptions: none.
/// Lifetime: copies refer to the same series. A handle stays valid after remove() and after its registry is destroyed.
///   A default-constructed handle does nothing.
///
/// Example:
///   narthex::Unknown size = registry.unknown({.name = "upstream_size", .help = "Size that the upstream reports."});
///   size.set(42);
class NARTHEX_VISIBILITY Unknown : public UnknownUpdates<detail::SeriesPtr<detail::UnknownSeries>> {
 public:
  /// Definition of an Unknown.
  using Options = UnknownOptions;

  /// Creates a handle that does nothing.
  Unknown() noexcept = default;

 private:
  template <class>
  friend class Borrowed;
  template <class>
  friend class MetricRef;
  using Series = detail::UnknownSeries;
  template <class Reference>
  using Updates = UnknownUpdates<Reference>;
  explicit Unknown(detail::SeriesPtr<Series> series) noexcept : Updates<detail::SeriesPtr<Series>>(std::move(series)) {}
};

namespace detail {
NARTHEX_EXPORT std::unique_ptr<Kind> make_kind(const UnknownOptions& options);
}

}  // namespace narthex
