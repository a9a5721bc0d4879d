#pragma once

#include <cstddef>
#include <vector>

#include <narthex/detail/export.h>

namespace NARTHEX_VISIBILITY narthex {

/// Returns 0.005 0.01 0.025 0.05 0.1 0.25 0.5 1 2.5 5 10, as client_golang does. These bounds suit the request
/// durations of a network service, in seconds.
///
/// All functions of this header return upper bounds in increasing order, for HistogramOptions::buckets. The +Inf bucket
/// always exists and is not listed. The functions may be called concurrently.
[[nodiscard]] NARTHEX_EXPORT std::vector<double> default_buckets();

/// Returns `count` bounds: start, start + width, start + 2 * width, ... Whole numbers up to 2^53 are exact. Other
/// bounds are rounded to the last of the 15 significant digits of start or of the bound, whichever is larger. So `le`
/// is 0.3 and not 0.30000000000000004, and 0 and not 5.55e-17. Throws RegistrationError unless start and width are
/// finite, width > 0, count is from 1 to 10,000, and the rounded bounds are finite and increase.
[[nodiscard]] NARTHEX_EXPORT std::vector<double> linear_buckets(double start, double width, std::size_t count);

/// Returns `count` bounds: start, start * factor, start * factor^2, ..., rounded as by linear_buckets().
/// Throws RegistrationError unless start and factor are finite, start > 0, factor > 1, count is from 1 to 10,000, and
/// the rounded bounds are finite and increase.
[[nodiscard]] NARTHEX_EXPORT std::vector<double> exponential_buckets(double start, double factor, std::size_t count);

}  // namespace narthex
