#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <narthex/buckets.h>
#include <narthex/detail/family_options.h>
#include <narthex/detail/histogram_series.h>
#include <narthex/detail/kind.h>
#include <narthex/detail/stopwatch.h>
#include <narthex/exemplar_labels.h>
#include <narthex/labels.h>

namespace narthex {

template <class Metric>
class Borrowed;

/// How to define the native part of a histogram: buckets that need no bounds, fine where the observations are. In
/// protobuf only; the other formats serve its sum, its count and the classic buckets.
struct NativeBuckets {
  double growth_factor = 1.1;     ///< Each bucket is at most so many times as wide as the one before; above 1.
  std::size_t max_buckets = 160;  ///< Where there would be more, they get wider, up to 65,536 times the one before.
  double zero_threshold = 0;      ///< Up to that size, all observations are in one bucket; 0: 2^-128, negative: 0.
  double max_zero_threshold = 0;  ///< How far that one may grow before the others do; 0: it keeps its width.
};

namespace detail {
// The growth factor of a histogram that has none; no user would think of it.
inline constexpr double kNoNativeBuckets = -1;
}  // namespace detail

/// How to define a histogram, or a family of them.
struct HistogramOptions {
  std::string name = {};  ///< Ends in its unit by convention: `http_request_duration_seconds`.
  std::string help = {};  ///< One sentence for whoever reads a dashboard; required.
  std::string unit = {};  ///< Base unit, the last word of the name: `seconds`.
  Labels labels = {};     ///< Constant labels, on every series of the family.
  /// Rising upper bounds, each inclusive; empty: default_buckets(), or none beside `native`.
  std::vector<double> buckets = {};
  /// Native buckets; `{}`: with their defaults; unless set: none.
  NativeBuckets native = {.growth_factor = detail::kNoNativeBuckets};
  /// Label values beyond that many series share one, whose values are all `__overflow__`; 0: no limit.
  std::size_t max_series = detail::kDefaultMaxSeries;
  /// A series that nobody holds, and nobody has updated for so long, is dropped; 0: none ever is. Longer than the time
  /// between two scrapes, or what is dropped may never have been seen.
  std::chrono::milliseconds idle_timeout = {};
};

/// What one can do with a histogram, kept or just looked up.
template <class Reference>
class HistogramUpdates {
 public:
  void observe(double value) const noexcept {
    if (series_) series_->observe(value);
  }
  /// The same with an exemplar, which stays in the bucket of the value until the next one comes there:
  /// `observe(0.042, {{"trace_id", id}})`. NaN has none.
  void observe(double value, std::initializer_list<ExemplarLabel> exemplar) const noexcept {
    observe(value, ExemplarLabels(exemplar.begin(), exemplar.size()));
  }
  void observe(double value, ExemplarLabels exemplar) const noexcept {
    if (series_) series_->observe(value, exemplar);
  }

  /// Runs a function and observes the seconds that it took, also when it throws. Returns what it returns.
  ///   const Page page = latency.time([&] { return render(request); });
  template <std::invocable Function>
  decltype(auto) time(Function&& fn) const {
    const detail::TimedScope scope([this](double seconds) { observe(seconds); });
    return std::forward<Function>(fn)();
  }

 protected:
  HistogramUpdates() noexcept = default;
  explicit HistogramUpdates(Reference series) noexcept : series_(std::move(series)) {}

  Reference series_;
};

/// Counts observations by size, in buckets chosen when it is defined, and sums them up.
/// Values: any. NaN counts in the +Inf bucket only and turns the sum into NaN, as in the other clients.
/// Threads: any, at once, without locks. Copies are the same metric; a default one does nothing.
///   A scrape that meets observations half way may read the sum ahead of the counts or behind, never a torn number;
///   `_count` always equals the +Inf bucket.
/// Errors: none. Stays usable after its series was removed and after its registry is gone.
class Histogram : public HistogramUpdates<detail::SeriesPtr<detail::HistogramSeries>> {
 public:
  using Options = HistogramOptions;

  Histogram() noexcept = default;

 private:
  template <class>
  friend class Borrowed;
  using Series = detail::HistogramSeries;
  template <class Reference>
  using Updates = HistogramUpdates<Reference>;
  explicit Histogram(detail::SeriesPtr<Series> series) noexcept
      : Updates<detail::SeriesPtr<Series>>(std::move(series)) {}
};

namespace detail {
NARTHEX_EXPORT std::unique_ptr<Kind> make_kind(const HistogramOptions& options);
}

}  // namespace narthex
