#pragma once

#include <string>

#include <narthex/detail/export.h>

namespace NARTHEX_VISIBILITY narthex {
namespace detail {

// Returns a number as OpenMetrics writes it in the labels `le` and `quantile`: 0.5, 1.0, 1e+06, +Inf.
NARTHEX_EXPORT std::string float_text(double value);

}  // namespace detail
}  // namespace narthex
