#include "base/exponential_index.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "support/prometheus_bounds.h"

namespace narthex::detail {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kLargest = std::numeric_limits<double>::max();
constexpr double kSmallest = std::numeric_limits<double>::denorm_min();

std::int32_t key_of(double size, int schema) { return coarser_key(finest_key(size), kFinestSchema, schema); }

std::vector<std::int32_t> keys_of(double size) {
  std::vector<std::int32_t> keys;
  for (const int schema : {-4, -1, 0, 1, 3, 8}) keys.push_back(key_of(size, schema));
  return keys;
}

using Keys = std::vector<std::int32_t>;

TEST(ExponentialIndex, PutsOneIntoKeyZero) { EXPECT_EQ(keys_of(1), (Keys{0, 0, 0, 0, 0, 0})); }  // Exposition rule 172
TEST(ExponentialIndex, PutsTheSuccessorOfOneIntoTheNextKey) {                                    // Exposition rule 173
  EXPECT_EQ(keys_of(std::nextafter(1, 2)), (Keys{1, 1, 1, 1, 1, 1}));
}
TEST(ExponentialIndex, ComputesTheKeysOfTwo) {
  EXPECT_EQ(keys_of(2), (Keys{1, 1, 1, 2, 8, 256}));
}  // Exposition rule 174
TEST(ExponentialIndex, ComputesTheKeysOfThree) {
  EXPECT_EQ(keys_of(3), (Keys{1, 1, 2, 4, 13, 406}));
}  // Exposition rule 175
TEST(ExponentialIndex, ComputesTheKeysOfOneHalf) {
  EXPECT_EQ(keys_of(0.5), (Keys{0, 0, -1, -2, -8, -256}));
}  // Exposition rule 176
TEST(ExponentialIndex, ComputesTheKeysOfThreeTenths) {
  EXPECT_EQ(keys_of(0.3), (Keys{0, 0, -1, -3, -13, -444}));
}  // Exposition rule 177
TEST(ExponentialIndex, ComputesTheKeysOfTen) {
  EXPECT_EQ(keys_of(10), (Keys{1, 2, 4, 7, 27, 851}));
}  // Exposition rule 178
TEST(ExponentialIndex, ComputesTheKeysOfFiveThousandths) {  // Exposition rule 179
  EXPECT_EQ(keys_of(0.005), (Keys{0, -3, -7, -15, -61, -1956}));
}
TEST(ExponentialIndex, ComputesTheKeysAroundABoundOfTheCoarsestSchema) {  // Exposition rule 180
  EXPECT_EQ(keys_of(65536), (Keys{1, 8, 16, 32, 128, 4096}));
  EXPECT_EQ(keys_of(65537), (Keys{2, 9, 17, 33, 129, 4097}));
}
TEST(ExponentialIndex, ComputesTheKeysOfTheLargestDouble) {  // Exposition rule 181
  EXPECT_EQ(keys_of(kLargest), (Keys{64, 512, 1024, 2048, 8192, 262144}));
}
TEST(ExponentialIndex, PutsInfinityIntoTheKeyAfterTheLargestDouble) {  // Exposition rule 182
  EXPECT_EQ(keys_of(kInfinity), (Keys{65, 513, 1025, 2049, 8193, 262145}));
}
TEST(ExponentialIndex, ComputesTheKeysOfTheSmallestDouble) {  // Exposition rule 183
  EXPECT_EQ(keys_of(kSmallest), (Keys{-67, -537, -1074, -2148, -8592, -274944}));
}

// Exposition rule 184.
TEST(ExponentialIndex, ChoosesTheSchemaForAGrowthFactor) {
  std::vector<int> schemas;
  for (const double factor : {65536.0, 256.0, 255.0, 16.0, 4.0,  3.9,  2.0,  1.99, 1.5,   1.41,
                              1.2,     1.19,  1.1,   1.09, 1.05, 1.03, 1.02, 1.01, 1.005, 1.001}) {
    schemas.push_back(schema_of(factor));
  }
  EXPECT_EQ(schemas, (std::vector<int>{-4, -3, -2, -2, -1, 0, 0, 1, 1, 2, 2, 2, 3, 4, 4, 5, 6, 7, 8, 8}));
}

// Every bound is equal to the last bit. Another zero threshold would be within a bucket for Prometheus.
TEST(ExponentialIndex, HasTheBoundsOfPrometheus) {
  for (int schema = kCoarsestSchema; schema <= kFinestSchema; ++schema) {
    for (std::int32_t key = key_of(kSmallest, schema) - 2; key <= key_of(kInfinity, schema); ++key) {
      const double bound = upper_bound_of(key, schema);
      const double expected = prometheus_bound(key, schema);
      if (bound != expected) FAIL() << bound << " is not " << expected << " at " << key << " of schema " << schema;
    }
  }
}

// Counts one by one the bounds that a mantissa exceeds, and halves the key for each coarser schema.
std::int32_t straightforward_key(double size, int schema) {
  int exponent = 0;
  const double mantissa = std::frexp(size, &exponent) * 2;
  std::int32_t key = (exponent - 1) * 256;
  for (std::int32_t i = 0; i < 256 && mantissa > upper_bound_of(i, kFinestSchema); ++i) ++key;
  for (int s = kFinestSchema; s > schema; --s) key = static_cast<std::int32_t>(std::ceil(key / 2.0));
  return key;
}

void expect_all_keys(double size) {
  for (int schema = kCoarsestSchema; schema <= kFinestSchema; ++schema) {
    const std::int32_t key = key_of(size, schema);
    ASSERT_EQ(key, straightforward_key(size, schema)) << size << " at " << schema;
    ASSERT_LE(size, upper_bound_of(key, schema)) << "at " << schema;
    if (size >= std::numeric_limits<double>::min()) {  // smaller bounds have few digits
      ASSERT_GT(size, upper_bound_of(key - 1, schema)) << "at " << schema;
    }
  }
}

TEST(ExponentialIndex, EqualsTheNumberOfExceededBoundsForRandomNumbers) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 4'000; ++i) {
    const double size = std::fabs(std::bit_cast<double>(random()));
    if (std::isfinite(size) && size > 0) expect_all_keys(size);
    expect_all_keys(std::bit_cast<double>(random() >> (12 + i % 52) | 1));  // subnormal
  }
}

TEST(ExponentialIndex, EqualsTheNumberOfExceededBoundsAtAndAroundEveryBound) {
  for (const int exponent : {-1022, -1, 0, 1, 10, 1022}) {
    for (std::int32_t i = 0; i <= 256; ++i) {
      const double bound = upper_bound_of(exponent * 256 + i, kFinestSchema);
      expect_all_keys(bound);
      expect_all_keys(std::nextafter(bound, kInfinity));
      expect_all_keys(std::nextafter(bound, 0));
      ASSERT_EQ(key_of(bound, kFinestSchema), exponent * 256 + i);
    }
  }
}

TEST(ExponentialIndex, EndsAtTheLargestDoubleAndAtInfinity) {
  for (int schema = kCoarsestSchema; schema <= kFinestSchema; ++schema) {
    EXPECT_EQ(upper_bound_of(key_of(kLargest, schema), schema), kLargest);
    EXPECT_EQ(upper_bound_of(key_of(kInfinity, schema), schema), kInfinity);
  }
}

}  // namespace
}  // namespace narthex::detail
