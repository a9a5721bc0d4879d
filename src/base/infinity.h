#pragma once

#include <limits>

namespace narthex::detail {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace narthex::detail
