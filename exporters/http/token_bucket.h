#pragma once

#include <algorithm>
#include <chrono>
#include <mutex>

#include "http/web_config.h"

namespace narthex::detail {

// Admits `burst` requests immediately and one more per interval.
// Thread safety: all members may be called concurrently.
class TokenBucket {
 public:
  using Clock = std::chrono::steady_clock;

  TokenBucket(const RateLimit& limit, Clock::time_point now) : limit_(limit), tokens_(limit.burst), counted_at_(now) {}

  // Returns whether a request is admitted now.
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
  double tokens_;  // at counted_at_, the time of the last admitted request
  Clock::time_point counted_at_;
};

}  // namespace narthex::detail
