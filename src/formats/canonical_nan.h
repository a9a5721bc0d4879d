#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace narthex::detail {

// Replaces each NaN by the NaN that a server of Prometheus stores as a value. Another bit pattern marks the end of a
// series.
inline double canonical(double value) noexcept {
  return std::isnan(value) ? std::bit_cast<double>(std::uint64_t{0x7ff8'0000'0000'0001}) : value;
}

}  // namespace narthex::detail
