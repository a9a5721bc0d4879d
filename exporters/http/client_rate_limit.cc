#include "http/client_rate_limit.h"

#include <algorithm>

namespace narthex::detail {

std::optional<std::chrono::seconds> ClientRateLimit::refuse(const ClientAddress& client, const RateLimit& limit,
                                                            Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  if (limit != limit_) {
    limit_ = limit;
    buckets_.clear();
  }
  if (limit_.interval.count() == 0) return std::nullopt;
  TokenBucket& bucket = bucket_of(client, now);
  if (bucket.take(limit_, now)) return std::nullopt;
  const std::chrono::duration<double> wait = (1 - bucket.tokens(limit_, now)) * limit_.interval;
  return std::max(std::chrono::ceil<std::chrono::seconds>(wait), std::chrono::seconds(1));
}

TokenBucket& ClientRateLimit::bucket_of(const ClientAddress& client, Clock::time_point now) {
  const auto found = buckets_.find(client);
  if (found != buckets_.end()) return found->second;
  if (buckets_.size() >= kMaxClients) {
    buckets_.erase(
        std::ranges::max_element(buckets_, {}, [&](const auto& entry) { return entry.second.tokens(limit_, now); }));
  }
  return buckets_.try_emplace(client, limit_, now).first->second;
}

}  // namespace narthex::detail
