#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include <narthex/detail/family_options.h>
#include <narthex/detail/info_series.h>
#include <narthex/detail/kind.h>
#include <narthex/labels.h>

namespace narthex {

template <class Metric>
class Borrowed;

/// How to define an info, or a family of them.
struct InfoOptions {
  std::string name = {};  ///< Ends in `_info`, for that is what its series are called; required.
  std::string help = {};  ///< One sentence for whoever reads a dashboard; required.
  Labels labels = {};     ///< Constant labels, on every series of the family.
  /// Label values beyond that many series share one, whose values are all `__overflow__`; 0: no limit.
  std::size_t max_series = detail::kDefaultMaxSeries;
  /// A series that nobody holds, and nobody has looked up for so long, is dropped; 0: none ever is. Longer than the time
  /// between two scrapes, or what is dropped may never have been seen.
  std::chrono::milliseconds idle_timeout = {};
};

/// An info, kept or just looked up: there is nothing that one can do with it.
template <class Reference>
class InfoUpdates {
 protected:
  InfoUpdates() noexcept = default;
  explicit InfoUpdates(Reference series) noexcept : series_(std::move(series)) {
    if (series_) series_->fulfil(detail::InfoSeries::kSignOfLife);  // to be looked up is the update of an info
  }

  Reference series_;
};

/// Says what does not change while a program runs, or hardly ever, in labels: its version, its revision, its role.
///   registry.info({.name = "build_info", .help = "What runs here.", .labels = {{"revision", "ab12"}}});
/// Values: always 1, so that `x * on(instance) group_left(revision) build_info` gives others its labels.
/// Threads: any, at once. Copies are the same metric.
/// Errors: none. A handle of one that was removed, or whose registry is gone, does no harm.
class Info : public InfoUpdates<detail::SeriesPtr<detail::InfoSeries>> {
 public:
  using Options = InfoOptions;

  Info() noexcept = default;

 private:
  template <class>
  friend class Borrowed;
  using Series = detail::InfoSeries;
  template <class Reference>
  using Updates = InfoUpdates<Reference>;
  explicit Info(detail::SeriesPtr<Series> series) noexcept : Updates<detail::SeriesPtr<Series>>(std::move(series)) {}
};

namespace detail {
NARTHEX_EXPORT std::unique_ptr<Kind> make_kind(const InfoOptions& options);
}

}  // namespace narthex
