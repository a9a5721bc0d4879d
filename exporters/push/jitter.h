#pragma once

#include <chrono>
#include <random>

#include "push/push_deadline.h"

namespace narthex::detail {

// Returns a random number in a range, to spread the requests of many processes over time. The time of the call is the
// only seed, because the numbers need not be unpredictable.
inline double jitter(double from, double to) {
  thread_local std::mt19937 random(static_cast<std::mt19937::result_type>(PushClock::now().time_since_epoch().count()));
  return std::uniform_real_distribution(from, to)(random);
}

}  // namespace narthex::detail
