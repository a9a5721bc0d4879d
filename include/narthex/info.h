#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include <narthex/detail/export.h>
#include <narthex/detail/family_options.h>
#include <narthex/detail/info_series.h>
#include <narthex/detail/kind.h>
#include <narthex/labels.h>

namespace NARTHEX_VISIBILITY narthex {

template <class Metric>
class Borrowed;
template <class Metric>
class MetricRef;

/// Definition of an info metric, or of a family of info metrics.
struct InfoOptions {
  /// Name of the metric. It ends in `_info`. Required.
  std::string name = {};
  /// Help text: one sentence that describes the metric. Required.
  std::string help = {};
  /// Constant labels of every series in the family. Default: none.
  Labels labels = {};
  /// Maximum number of series in the family. Further label values share one series, whose label values are all
  /// `__overflow__`. 0 means unlimited.
  std::size_t max_series = 10'000;
  /// A series is dropped if it was not looked up for this time, in milliseconds, and no handle refers to it. Choose a
  /// time longer than the scrape interval; otherwise a series can be dropped before a scrape sees it. 0 means that no
  /// series is dropped.
  std::chrono::milliseconds idle_timeout = {};
};

/// Base class of Info, of the Borrowed<Info> that `labels(...)` returns, and of the MetricRef<Info> that `at(...)`
/// returns. An info metric has no functions.
template <class Reference>
class InfoUpdates {
 protected:
  InfoUpdates() noexcept = default;
  explicit InfoUpdates(Reference series) noexcept : series_(std::move(series)) {
    if (series_) series_->mark_accessed();  // a lookup counts as the update of an info
  }

  Reference series_;
};

/// A metric whose labels state facts that rarely change while a program runs, for example its version.
///
/// Values: always 1, so that `x * on(instance) group_left(revision) build_info` adds the labels to other series.
/// Thread safety: all members may be called concurrently.
/// Exceptions: none.
/// Lifetime: copies refer to the same series. A handle stays valid after remove() and after its registry is destroyed.
///   A default-constructed handle does nothing.
///
/// Example:
///   registry.info({.name = "build_info", .help = "Build of this program.", .labels = {{"revision", "ab12"}}});
class NARTHEX_VISIBILITY Info : public InfoUpdates<detail::SeriesPtr<detail::InfoSeries>> {
 public:
  /// Definition of an Info.
  using Options = InfoOptions;

  /// Creates a handle that does nothing.
  Info() noexcept = default;

 private:
  template <class>
  friend class Borrowed;
  template <class>
  friend class MetricRef;
  using Series = detail::InfoSeries;
  template <class Reference>
  using Updates = InfoUpdates<Reference>;
  explicit Info(detail::SeriesPtr<Series> series) noexcept : Updates<detail::SeriesPtr<Series>>(std::move(series)) {}
};

namespace detail {
NARTHEX_EXPORT std::unique_ptr<Kind> make_kind(const InfoOptions& options);
}

}  // namespace narthex
