#include "http/token_bucket.h"

#include <chrono>

#include <gtest/gtest.h>

namespace narthex::detail {
namespace {

using namespace std::chrono_literals;

const TokenBucket::Clock::time_point kStart{1000h};

TEST(TokenBucket, AllowsABurstAndOneRequestPerInterval) {
  const RateLimit limit{.interval = 10s, .burst = 2};
  TokenBucket bucket(limit, kStart);
  EXPECT_TRUE(bucket.take(limit, kStart));
  EXPECT_TRUE(bucket.take(limit, kStart));
  EXPECT_FALSE(bucket.take(limit, kStart));
  EXPECT_EQ(bucket.tokens(limit, kStart + 5s), 0.5);
  EXPECT_FALSE(bucket.take(limit, kStart + 10s - 1ns));
  EXPECT_TRUE(bucket.take(limit, kStart + 10s));
  EXPECT_FALSE(bucket.take(limit, kStart + 10s));
  EXPECT_TRUE(bucket.take(limit, kStart + 20s));
}

TEST(TokenBucket, HoldsNoMoreThanABurst) {
  const RateLimit limit{.interval = 1s, .burst = 2};
  TokenBucket bucket(limit, kStart);
  EXPECT_EQ(bucket.tokens(limit, kStart + 1h), 2);
  EXPECT_TRUE(bucket.take(limit, kStart + 1h));
  EXPECT_TRUE(bucket.take(limit, kStart + 1h));
  EXPECT_FALSE(bucket.take(limit, kStart + 1h));
}

}  // namespace
}  // namespace narthex::detail
