#pragma once

#include <string>
#include <vector>

#include <narthex/detail/export.h>
#include <prometheus/client_metric.h>
#include <prometheus/metric_type.h>

namespace NARTHEX_VISIBILITY prometheus {

/// A copy of the time series of one name.
struct MetricFamily {
  std::string name;                       ///< Name of the metric. The name of an info is without `_info`.
  std::string help;                       ///< Help text. Empty: none.
  MetricType type = MetricType::Untyped;  ///< Type of all series.
  std::vector<ClientMetric> metric;       ///< The series.
};

}  // namespace prometheus
