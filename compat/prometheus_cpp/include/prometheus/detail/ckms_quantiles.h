#pragma once

#include <narthex/detail/export.h>

namespace NARTHEX_VISIBILITY prometheus {
namespace detail {

/// Contains the type that programs spell for the quantiles of a Summary.
class CKMSQuantiles {
 public:
  /// A quantile to serve.
  struct Quantile {
    /// `rank_error` has no effect: see Summary.
    Quantile(double rank, double rank_error) : quantile(rank), error(rank_error) {}

    double quantile;  ///< From 0 to 1.
    double error;     ///< Tolerated error of the rank, in prometheus-cpp.
  };
};

}  // namespace detail
}  // namespace prometheus
