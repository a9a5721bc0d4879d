#pragma once

#include <cstdint>
#include <string>

#include "base/rejected_updates.h"

namespace narthex {

// Returns the number of rejected updates of all metrics with this name in the process.
inline std::uint64_t rejected_updates_of(const std::string& metric) {
  return detail::rejected_updates().by_name()[metric];
}

}  // namespace narthex
