#include "http/client_rate_limit.h"

#include <chrono>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "support/client_addresses.h"

namespace narthex::detail {
namespace {

using namespace std::chrono_literals;

const ClientRateLimit::Clock::time_point kStart{1000h};
constexpr RateLimit kLimit{.interval = 10s, .burst = 2};
const ClientAddress kScraper = client_at("10.0.0.1");
const ClientAddress kOther = client_at("10.0.0.2");

// Returns the address of one of many clients.
ClientAddress client_number(int number) {
  return client_at("10.1." + std::to_string(number / 256) + "." + std::to_string(number % 256));
}

TEST(ClientRateLimit, AdmitsABurstOfEachClient) {
  ClientRateLimit limit;
  for (int i = 0; i < 100; ++i) EXPECT_EQ(limit.refuse(kOther, kLimit, kStart).has_value(), i >= 2) << i;
  EXPECT_FALSE(limit.refuse(kScraper, kLimit, kStart));
  EXPECT_FALSE(limit.refuse(kScraper, kLimit, kStart));
  EXPECT_TRUE(limit.refuse(kScraper, kLimit, kStart));
  EXPECT_FALSE(limit.refuse(kScraper, kLimit, kStart + 10s));
  EXPECT_TRUE(limit.refuse(kScraper, kLimit, kStart + 10s));
}

TEST(ClientRateLimit, ReturnsTheTimeUntilTheNextRequestIsAdmitted) {
  ClientRateLimit limit;
  for (int i = 0; i < 2; ++i) EXPECT_EQ(limit.refuse(kScraper, kLimit, kStart), std::nullopt);
  EXPECT_EQ(limit.refuse(kScraper, kLimit, kStart), 10s);
  EXPECT_EQ(limit.refuse(kScraper, kLimit, kStart + 2500ms), 8s);
  EXPECT_EQ(limit.refuse(kScraper, kLimit, kStart + 9900ms), 1s);
  EXPECT_EQ(limit.refuse(kScraper, kLimit, kStart + 10s), std::nullopt);
}

TEST(ClientRateLimit, AdmitsAllRequestsWithoutAnInterval) {
  ClientRateLimit limit;
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(limit.refuse(kScraper, {}, kStart));
}

TEST(ClientRateLimit, BeginsWithFullBucketsWhenTheLimitChanges) {
  ClientRateLimit limit;
  while (!limit.refuse(kScraper, kLimit, kStart)) {
  }
  const RateLimit changed{.interval = 10s, .burst = 3};
  for (int i = 0; i < 4; ++i) EXPECT_EQ(limit.refuse(kScraper, changed, kStart).has_value(), i >= 3) << i;
}

TEST(ClientRateLimit, RefusesNoClientBecauseOfManyOthers) {
  ClientRateLimit limit;
  for (int i = 0; i < 5000; ++i) {
    for (int n = 0; n < 3; ++n) limit.refuse(client_number(i), kLimit, kStart);
    EXPECT_FALSE(limit.refuse(kScraper, kLimit, kStart + i * 10s)) << i;
  }
}

TEST(ClientRateLimit, ForgetsTheClientWithTheFullestBucket) {
  ClientRateLimit limit;
  const RateLimit slow{.interval = 24h, .burst = 2};
  while (!limit.refuse(kOther, slow, kStart)) {
  }
  EXPECT_FALSE(limit.refuse(kScraper, slow, kStart)) << "one of two requests remains";
  for (int i = 0; i < static_cast<int>(ClientRateLimit::kMaxClients) - 2; ++i) {
    while (!limit.refuse(client_number(i), slow, kStart)) {
    }
  }
  EXPECT_FALSE(limit.refuse(client_number(2000), slow, kStart)) << "takes the space of the scraper";
  EXPECT_TRUE(limit.refuse(kOther, slow, kStart)) << "an empty bucket stays";
  EXPECT_FALSE(limit.refuse(kScraper, slow, kStart));
  EXPECT_FALSE(limit.refuse(kScraper, slow, kStart)) << "the scraper was forgotten and got a full bucket";
  EXPECT_TRUE(limit.refuse(kScraper, slow, kStart));
}

}  // namespace
}  // namespace narthex::detail
