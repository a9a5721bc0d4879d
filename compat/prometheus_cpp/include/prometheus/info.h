#pragma once

#include <narthex/detail/export.h>
#include <narthex/detail/series.h>
#include <prometheus/client_metric.h>
#include <prometheus/detail/builder.h>
#include <prometheus/metric_type.h>

namespace NARTHEX_VISIBILITY prometheus {

/// Labels that describe the program, for example its version. The value is always 1.
///
/// Values: the samples of a family `build` are named `build_info`.
/// Thread safety: all members may be called concurrently.
/// Exceptions: std::bad_alloc.
/// Lifetime: an info of a family exists until Family::Remove() or the end of the family.
///
/// Example:
///   prometheus::BuildInfo().Name("build").Help("Build.").Register(*registry).Add({{"version", "1.2.0"}});
class NARTHEX_EXPORT Info {
 public:
  static constexpr MetricType metric_type{MetricType::Info};  ///< The type.

  /// Creates an info that belongs to no family.
  Info();
  Info(const Info&) = delete;
  Info& operator=(const Info&) = delete;
  ~Info() = default;

  /// Returns the value, without labels.
  ClientMetric Collect() const;

 private:
  friend class Family<Info>;
  friend class detail::MetricTable<Info>;

  explicit Info(const detail::NewSeries& series);

  narthex::detail::SeriesPtr<narthex::detail::Series> series_;
};

/// Returns a builder: `BuildInfo().Name("build").Help("Build.").Register(registry)`.
NARTHEX_EXPORT detail::Builder<Info> BuildInfo();

}  // namespace prometheus
