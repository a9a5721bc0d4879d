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

}  // namespace
}  // namespace narthex
