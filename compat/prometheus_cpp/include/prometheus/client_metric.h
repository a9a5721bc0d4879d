#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <tuple>  // as in prometheus-cpp: programs rely on it
#include <vector>

#include <narthex/detail/export.h>

namespace NARTHEX_VISIBILITY prometheus {

/// A copy of one time series: its labels, and its value in the member that the type of its family selects.
struct ClientMetric {
  /// The name and the value of one label.
  struct Label {
    std::string name;   ///< Name.
    std::string value;  ///< Value, not escaped.

    /// Compares the names, then the values.
    auto operator<=>(const Label&) const = default;
  };
  std::vector<Label> label;  ///< All labels of the series.

  /// Value of a counter.
  struct Counter {
    double value = 0.0;  ///< The total.
  };
  Counter counter;  ///< Value if the type is Counter.

  /// Value of a gauge.
  struct Gauge {
    double value = 0.0;  ///< The current value.
  };
  Gauge gauge;  ///< Value if the type is Gauge.

  /// Value of an info.
  struct Info {
    double value = 1.0;  ///< Always 1.
  };
  Info info;  ///< Value if the type is Info.

  /// One quantile of a summary.
  struct Quantile {
    double quantile = 0.0;  ///< From 0 to 1.
    double value = 0.0;     ///< NaN if there is no observation.
  };
  /// Value of a summary.
  struct Summary {
    std::uint64_t sample_count = 0;  ///< The number of observations.
    double sample_sum = 0.0;         ///< The sum of all observations.
    std::vector<Quantile> quantile;  ///< The quantiles.
  };
  Summary summary;  ///< Value if the type is Summary.

  /// One bucket of a histogram.
  struct Bucket {
    std::uint64_t cumulative_count = 0;  ///< The number of observations of at most `upper_bound`.
    double upper_bound = 0.0;            ///< Inclusive.
  };
  /// Value of a histogram.
  struct Histogram {
    std::uint64_t sample_count = 0;  ///< The number of observations.
    double sample_sum = 0.0;         ///< The sum of all observations.
    std::vector<Bucket> bucket;      ///< In increasing order. The +Inf bucket may be missing.
  };
  Histogram histogram;  ///< Value if the type is Histogram.

  /// Value of an unknown type.
  struct Untyped {
    double value = 0;  ///< The value.
  };
  Untyped untyped;  ///< Value if the type is Untyped.

  std::int64_t timestamp_ms = 0;  ///< Time of the measurement in milliseconds since 1970. 0: the time of the scrape.
};

}  // namespace prometheus
