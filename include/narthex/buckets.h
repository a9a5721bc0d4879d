#pragma once

#include <cstddef>
#include <vector>

#include <narthex/detail/export.h>

namespace narthex {

// Upper bounds for histograms, rising. The +Inf bucket is always there and never listed, nor counted in `count`.
// Bounds are rounded to 15 significant digits, so that `le` reads 0.3 and not 0.30000000000000004.

/// Returns 0.005 0.01 0.025 0.05 0.1 0.25 0.5 1 2.5 5 10: seconds of a network service, the same as in client_golang.
NARTHEX_EXPORT std::vector<double> default_buckets();

/// Returns `count` bounds: start, start + width, start + 2 width, ...
/// Throws RegistrationError unless width > 0 and count is from 1 to 10000.
NARTHEX_EXPORT std::vector<double> linear_buckets(double start, double width, std::size_t count);

/// Returns `count` bounds: start, start * factor, start * factor^2, ...
/// Throws RegistrationError unless start > 0, factor > 1 and count is from 1 to 10000.
NARTHEX_EXPORT std::vector<double> exponential_buckets(double start, double factor, std::size_t count);

}  // namespace narthex
