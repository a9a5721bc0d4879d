#include "http/token_bucket.h"

#include <chrono>

#include <gtest/gtest.h>

namespace narthex::detail {
namespace {

using namespace std::chrono_literals;

const TokenBucket::Clock::time_point kStart{1000h};

TEST(TokenBucket, AllowsABurstAndOneRequestPerInterval) {
  TokenBucket bucket({.interval = 10s, .burst = 2}, kStart);
  EXPECT_TRUE(bucket.take(kStart));
  EXPECT_TRUE(bucket.take(kStart));
  EXPECT_FALSE(bucket.take(kStart));
  EXPECT_FALSE(bucket.take(kStart + 10s - 1ns));
  EXPECT_TRUE(bucket.take(kStart + 10s));
  EXPECT_FALSE(bucket.take(kStart + 10s));
  EXPECT_TRUE(bucket.take(kStart + 20s));
}

TEST(TokenBucket, HoldsNoMoreThanABurst) {
  TokenBucket bucket({.interval = 1s, .burst = 2}, kStart);
  EXPECT_TRUE(bucket.take(kStart + 1h));
  EXPECT_TRUE(bucket.take(kStart + 1h));
  EXPECT_FALSE(bucket.take(kStart + 1h));
}

TEST(TokenBucket, AllowsAllRequestsWithoutAnInterval) {
  TokenBucket bucket({.interval = 0s, .burst = 0}, kStart);
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(bucket.take(kStart));
}

}  // namespace
}  // namespace narthex::detail
