#pragma once

#include <string>

#include <narthex/detail/export.h>
#include <prometheus/metric_type.h>

namespace NARTHEX_VISIBILITY prometheus {

/// Returns whether a metric may have this name: [a-zA-Z_:][a-zA-Z0-9_:]*, and it does not start with "__".
NARTHEX_EXPORT bool CheckMetricName(const std::string& name);

/// Returns whether a label may have this name: [a-zA-Z_][a-zA-Z0-9_]*, and it does not start with "__". `le` is
/// invalid for a histogram, and `quantile` for a summary.
NARTHEX_EXPORT bool CheckLabelName(const std::string& name, MetricType type = MetricType::Untyped);

}  // namespace prometheus
