#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <narthex/detail/family_options.h>
#include <narthex/detail/histogram_series.h>
#include <narthex/detail/kind.h>
#include <narthex/detail/stopwatch.h>
#include <narthex/labels.h>

namespace narthex {

template <class Metric>
class Borrowed;

/// How to define a summary, or a family of them.
struct SummaryOptions {
  std::string name = {};  ///< Ends in its unit by convention: `http_request_duration_seconds`.
  std::string help = {};  ///< One sentence for whoever reads a dashboard; required.
  std::string unit = {};  ///< Base unit, the last word of the name: `seconds`.
  Labels labels = {};     ///< Constant labels, on every series of the family.
  /// From 0 to 1, such as 0.5 and 0.99. Those of several instances cannot be put together: a histogram's can.
  std::vector<double> quantiles = {};
  std::chrono::milliseconds max_age = std::chrono::minutes(10);  ///< How long an observation matters for quantiles.
  std::size_t age_buckets = 5;  ///< In how many steps it is forgotten, where scrapes come as often.
  /// Label values beyond that many series share one, whose values are all `__overflow__`; 0: no limit.
  std::size_t max_series = detail::kDefaultMaxSeries;
  /// A series that nobody holds, and nobody has updated for so long, is dropped; 0: none ever is. Longer than the time
  /// between two scrapes, or what is dropped may never have been seen.
  std::chrono::milliseconds idle_timeout = {};
};

/// What one can do with a summary, kept or just looked up.
template <class Reference>
class SummaryUpdates {
 public:
  void observe(double value) const noexcept {
    if (series_) series_->observe(value);
  }

  /// Runs a function and observes the seconds that it took, also when it throws. Returns what it returns.
  ///   const Page page = latency.time([&] { return render(request); });
  template <std::invocable Function>
  decltype(auto) time(Function&& fn) const {
    const detail::TimedScope scope([this](double seconds) { observe(seconds); });
    return std::forward<Function>(fn)();
  }

 protected:
  SummaryUpdates() noexcept = default;
  explicit SummaryUpdates(Reference series) noexcept : series_(std::move(series)) {}

  Reference series_;
};

/// Counts observations, sums them up, and tells quantiles of the last minutes if it is asked for some.
/// Values: any. A quantile is within 1.1 % of an observation's value, as long as the observations that were ever made
///   span less than 28 decades; NaN without any. A scrape tells those of the time since the newest scrape that is at
///   least max_age ago, or since the summary was made. NaN counts, and turns the sum into NaN, but is in no quantile.
/// Threads: any, at once, without locks. Copies are the same metric; a default one does nothing.
///   A scrape that meets observations half way may read the sum ahead of the count or behind, never a torn number.
/// Errors: none. Stays usable after its series was removed and after its registry is gone.
class Summary : public SummaryUpdates<detail::SeriesPtr<detail::HistogramSeries>> {
 public:
  using Options = SummaryOptions;

  Summary() noexcept = default;

 private:
  template <class>
  friend class Borrowed;
  using Series = detail::HistogramSeries;
  template <class Reference>
  using Updates = SummaryUpdates<Reference>;
  explicit Summary(detail::SeriesPtr<Series> series) noexcept : Updates<detail::SeriesPtr<Series>>(std::move(series)) {}
};

namespace detail {
NARTHEX_EXPORT std::unique_ptr<Kind> make_kind(const SummaryOptions& options);
}

}  // namespace narthex
