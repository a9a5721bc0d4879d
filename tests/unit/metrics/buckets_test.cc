#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <narthex/narthex.h>

namespace narthex {
namespace {

using testing::ElementsAre;

std::string message_of(const std::function<void()>& define) {
  try {
    define();
  } catch (const RegistrationError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(Buckets, DefaultBucketsEqualThoseOfOtherClients) {
  EXPECT_THAT(default_buckets(), ElementsAre(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10));
}

TEST(Buckets, LinearBucketsHaveEqualWidthAndNoRoundingErrors) {
  EXPECT_THAT(linear_buckets(1, 2, 3), ElementsAre(1, 3, 5));
  EXPECT_THAT(linear_buckets(0.1, 0.1, 3), ElementsAre(0.1, 0.2, 0.3));
  EXPECT_THAT(linear_buckets(-1, 0.5, 2), ElementsAre(-1, -0.5));
}

TEST(Buckets, ExponentialBucketsGrowByAFactor) {
  EXPECT_THAT(exponential_buckets(0.001, 2, 4), ElementsAre(0.001, 0.002, 0.004, 0.008));
  EXPECT_THAT(exponential_buckets(1, 10, 4), ElementsAre(1, 10, 100, 1000));
  EXPECT_EQ(exponential_buckets(0.001, 2, 14).back(), 8.192);
}

TEST(Buckets, RejectInvalidArguments) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(message_of([] { return linear_buckets(1, 0, 3); }),
            "linear_buckets(1, 0, 3): invalid arguments; allowed: a finite start, a width above 0, and a count from 1 "
            "to 10000");
  EXPECT_EQ(message_of([] { return linear_buckets(kNaN, 1, 3); }),
            "linear_buckets(nan, 1, 3): invalid arguments; allowed: a finite start, a width above 0, and a count from "
            "1 to 10000");
  EXPECT_EQ(message_of([] { return linear_buckets(1, 1, 0); }),
            "linear_buckets(1, 1, 0): invalid arguments; allowed: a finite start, a width above 0, and a count from 1 "
            "to 10000");
  EXPECT_EQ(message_of([] { return exponential_buckets(0, 2, 3); }),
            "exponential_buckets(0, 2, 3): invalid arguments; allowed: a start above 0, a factor above 1, and a count "
            "from 1 to 10000");
  EXPECT_EQ(message_of([] { return exponential_buckets(1, 1, 3); }),
            "exponential_buckets(1, 1, 3): invalid arguments; allowed: a start above 0, a factor above 1, and a count "
            "from 1 to 10000");
}

TEST(Buckets, LinearBucketsHaveNoRoundingErrorsNearZero) {
  EXPECT_THAT(linear_buckets(-0.3, 0.1, 7), ElementsAre(-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3));
  EXPECT_FALSE(std::signbit(linear_buckets(-0.3, 0.1, 7)[3]));
  EXPECT_FALSE(std::signbit(linear_buckets(-0.7, 0.1, 8)[7]));
  EXPECT_FALSE(std::signbit(linear_buckets(-0.0, 1, 1)[0]));
  const std::vector<double> bounds = linear_buckets(-100, 0.1, 2001);
  for (int i = 0; i <= 2000; ++i) {
    EXPECT_EQ(bounds[static_cast<std::size_t>(i)], (i - 1000) / 10.0);
  }
  EXPECT_THAT(linear_buckets(-1, 1.0 / 3, 4), ElementsAre(-1, -0.66666666666667, -0.33333333333333, 0));
  EXPECT_THAT(linear_buckets(-1e-20, 1e-20, 3), ElementsAre(-1e-20, 0, 1e-20));
  EXPECT_THAT(linear_buckets(-1e300, 1e300, 3), ElementsAre(-1e300, 0, 1e300));
}

TEST(Buckets, KeepWholeNumbersExact) {
  EXPECT_THAT(linear_buckets(1e15, 1, 3), ElementsAre(1e15, 1e15 + 1, 1e15 + 2));
  EXPECT_THAT(linear_buckets(0x1p53 - 2, 1, 3), ElementsAre(0x1p53 - 2, 0x1p53 - 1, 0x1p53));
  EXPECT_EQ(exponential_buckets(1, 2, 53).back(), 0x1p52);
  EXPECT_EQ(exponential_buckets(1, 10, 24).back(), 1e23);
}

TEST(Buckets, ReachTheLargestAndTheSmallestNumbers) {
  constexpr double kLargest = std::numeric_limits<double>::max();
  constexpr double kSmallest = std::numeric_limits<double>::denorm_min();
  EXPECT_THAT(linear_buckets(-1.7e308, 1.7e308, 3), ElementsAre(-1.7e308, 0, 1.7e308));
  EXPECT_THAT(linear_buckets(kLargest, 1, 1), ElementsAre(kLargest));
  EXPECT_THAT(linear_buckets(kSmallest, kSmallest, 3), ElementsAre(kSmallest, 2 * kSmallest, 3 * kSmallest));
  EXPECT_THAT(exponential_buckets(kSmallest, 2, 3), ElementsAre(kSmallest, 2 * kSmallest, 4 * kSmallest));
  EXPECT_EQ(exponential_buckets(1, 10, 309).back(), 1e308);
}

TEST(Buckets, RejectBoundsThatDoNotIncrease) {
  EXPECT_EQ(
      message_of([] { return linear_buckets(1e15, 0.1, 5); }),
      "linear_buckets(1000000000000000, 0.1, 5): bound 2 is 1000000000000000 and follows 1000000000000000; bounds "
      "must differ in their first 15 digits");
  EXPECT_EQ(message_of([] { return linear_buckets(-1, 1e-16, 2); }),
            "linear_buckets(-1, 1e-16, 2): bound 2 is -1 and follows -1; bounds must differ in their first 15 digits");
  EXPECT_EQ(message_of([] { return exponential_buckets(1, 1 + 0x1p-52, 3); }),
            "exponential_buckets(1, 1.0000000000000002, 3): bound 2 is 1 and follows 1; bounds must differ in their "
            "first 15 digits");
  EXPECT_EQ(message_of([] { return exponential_buckets(5e-324, 1.1, 2); }),
            "exponential_buckets(5e-324, 1.1, 2): bound 2 is 5e-324 and follows 5e-324; bounds must differ in their "
            "first 15 digits");
}

TEST(Buckets, RejectInfiniteBounds) {
  EXPECT_EQ(message_of([] { return linear_buckets(1e308, 1e308, 3); }),
            "linear_buckets(1e+308, 1e+308, 3): bound 2 is infinite; allowed: finite bounds");
  EXPECT_EQ(message_of([] { return exponential_buckets(1, 10, 400); }),
            "exponential_buckets(1, 10, 400): bound 310 is infinite; allowed: finite bounds");
}

}  // namespace
}  // namespace narthex
