#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "http/client_address.h"
#include "http/token_bucket.h"
#include "http/web_config.h"

namespace narthex::detail {

// Applies a rate limit to each client alone: a token bucket for each of the last kMaxClients addresses.
//
// If there are more addresses, the fullest bucket is dropped. Its client gets a full one with its next request, so that
// no client is refused because of others.
// Thread safety: all members may be called concurrently.
class ClientRateLimit {
 public:
  static constexpr std::size_t kMaxClients = 1024;

  using Clock = TokenBucket::Clock;

  // Returns nothing if a request is admitted now, otherwise the time until the next one of this client is. A changed
  // limit begins with full buckets.
  std::optional<std::chrono::seconds> refuse(const ClientAddress& client, const RateLimit& limit,
                                             Clock::time_point now);

 private:
  TokenBucket& bucket_of(const ClientAddress& client, Clock::time_point now);

  std::mutex mutex_;
  RateLimit limit_{};
  std::unordered_map<ClientAddress, TokenBucket> buckets_;
};

}  // namespace narthex::detail
