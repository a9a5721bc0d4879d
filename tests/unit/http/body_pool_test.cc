#include "http/body_pool.h"

#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace narthex::detail {
namespace {

constexpr std::size_t kLarge = 1'000'000;
constexpr std::size_t kSmall = 1'000;

// Takes a body, fills it, and gives it back. Returns the capacity that it had.
std::size_t scrape(BodyPool& pool, std::size_t size) {
  std::string body = pool.take();
  const std::size_t capacity = body.capacity();
  body.assign(size, 'x');
  pool.give_back(std::move(body));
  return capacity;
}

TEST(BodyPool, KeepsMemoryBetweenScrapes) {
  BodyPool pool(2);
  EXPECT_LT(scrape(pool, kLarge), kSmall);
  for (int i = 0; i < 100; ++i) EXPECT_GE(scrape(pool, kLarge - 1), kLarge);
  EXPECT_EQ(pool.take(), "");
}

TEST(BodyPool, KeepsMemoryForConcurrentScrapes) {
  BodyPool pool(2);
  for (int i = 0; i < 3; ++i) {
    std::string one = pool.take();
    std::string two = pool.take();
    std::string three = pool.take();
    EXPECT_EQ(one.capacity() >= kLarge, i > 0);
    EXPECT_EQ(two.capacity() >= kLarge, i > 0);
    EXPECT_LT(three.capacity(), kSmall);
    for (std::string* body : {&one, &two, &three}) {
      body->assign(kLarge, 'x');
      pool.give_back(std::move(*body));
    }
  }
}

TEST(BodyPool, ReleasesMemorySomeScrapesAfterASpike) {
  BodyPool pool(1);
  scrape(pool, kLarge);
  for (int i = 0; i < 3; ++i) EXPECT_GE(scrape(pool, kSmall), kLarge);  // a few small scrapes release nothing
  for (int i = 0; i < 7; ++i) scrape(pool, kSmall);
  EXPECT_LT(scrape(pool, kSmall), 2 * kSmall + 100);
  EXPECT_GE(scrape(pool, kSmall), kSmall);  // the memory in use is kept
}

TEST(BodyPool, ReleasesMemoryOfEarlierConcurrentScrapes) {
  BodyPool pool(2);
  std::string one = pool.take();
  std::string two = pool.take();
  for (std::string* body : {&one, &two}) {
    body->assign(kLarge, 'x');
    pool.give_back(std::move(*body));
  }
  for (int i = 0; i < 20; ++i) EXPECT_GE(scrape(pool, kLarge), kLarge);
  const std::string in_use = pool.take();
  EXPECT_GE(in_use.capacity(), kLarge);
  EXPECT_LT(pool.take().capacity(), kSmall);
}

}  // namespace
}  // namespace narthex::detail
