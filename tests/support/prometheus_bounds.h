#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <sstream>
#include <vector>

#include "support/golden.h"

namespace narthex {

// Returns the upper bound of a native bucket as Prometheus computes it: from a table for schemas above 0.
inline double prometheus_bound(std::int32_t index, int schema) {
  static const std::vector<double> bounds = [] {  // from 1 up to 2 at schema 8, as the API of Prometheus 2.42 has them
    std::istringstream text(golden("prometheus_bounds.txt"));
    std::vector<double> read;
    for (double bound = 0; text >> bound;) read.push_back(bound);
    return read;
  }();
  const std::int32_t finest = index * (1 << (8 - schema));
  if (finest == 1024 * 256) return std::numeric_limits<double>::max();
  return std::ldexp(bounds.at(static_cast<std::size_t>(finest & 255)), finest >> 8);
}

}  // namespace narthex
