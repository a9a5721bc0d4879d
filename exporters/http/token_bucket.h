#pragma once

#include <algorithm>
#include <chrono>
#include <mutex>

#include "http/web_config.h"

namespace narthex::detail {

// Lets `burst` requests through at once, and one more every interval.
// Threads: any, at once.
class TokenBucket {
 public:
  using Clock = std::chrono::steady_clock;

  TokenBucket(const RateLimit& limit, Clock::time_point now) : limit_(limit), tokens_(limit.burst), counted_at_(now) {}

  // Returns whether a request goes through now.
  bool take(Clock::time_point now) {
    if (limit_.interval.count() == 0) return true;
    const std::lock_guard lock(mutex_);
    const std::chrono::duration<double> passed = now - counted_at_;
    const double tokens = std::min<double>(tokens_ + passed / limit_.interval, limit_.burst);
    if (tokens < 1) return false;
    tokens_ = tokens - 1;
    counted_at_ = now;
    return true;
  }

 private:
  const RateLimit limit_;
  std::mutex mutex_;
  double tokens_;  // when they were counted last, which a request does that goes through
  Clock::time_point counted_at_;
};

}  // namespace narthex::detail
