#pragma once

#include <narthex/detail/export.h>

namespace NARTHEX_VISIBILITY prometheus {

/// The types of a MetricFamily.
enum class MetricType {
  Counter,    ///< A value that only increases.
  Gauge,      ///< A value that can increase and decrease.
  Summary,    ///< A count, a sum, and quantiles of observations.
  Untyped,    ///< A number of an unknown type.
  Histogram,  ///< Observations in buckets.
  Info,       ///< Labels that describe the program. The value is 1.
};

}  // namespace prometheus
