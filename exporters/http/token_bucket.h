#pragma once

#include <algorithm>
#include <chrono>

#include "http/web_config.h"

namespace narthex::detail {

// Admits `burst` requests immediately and one more per interval. The limit is passed to each function, so that the
// buckets of many clients share it; it must be the same in all calls.
class TokenBucket {
 public:
  using Clock = std::chrono::steady_clock;

  // A full bucket.
  TokenBucket(const RateLimit& limit, Clock::time_point now) : tokens_(limit.burst), counted_at_(now) {}

  // Returns the number of requests that are admitted now.
  double tokens(const RateLimit& limit, Clock::time_point now) const {
    const std::chrono::duration<double> passed = now - counted_at_;
    return std::min<double>(tokens_ + passed / limit.interval, limit.burst);
  }

  // Returns whether a request is admitted now.
  bool take(const RateLimit& limit, Clock::time_point now) {
    const double available = tokens(limit, now);
    if (available < 1) return false;
    tokens_ = available - 1;
    counted_at_ = now;
    return true;
  }

 private:
  double tokens_;  // at counted_at_, the time of the last admitted request
  Clock::time_point counted_at_;
};

}  // namespace narthex::detail
