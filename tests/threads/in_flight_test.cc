#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <type_traits>
#include <utility>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

namespace narthex {
namespace {

class InFlightTest : public testing::Test {
 protected:
  Registry registry_;
  Gauge gauge_ = registry_.gauge({.name = "requests_in_flight", .help = "Requests under way."});
};

TEST_F(InFlightTest, CountsDuringItsScope) {
  {
    const InFlight one(gauge_);
    const InFlight two(gauge_);
    EXPECT_EQ(gauge_.value(), 2);
  }
  EXPECT_EQ(gauge_.value(), 0);
}

TEST_F(InFlightTest, AcceptsTheResultOfLabels) {
  const auto family = registry_.gauge({.name = "jobs", .help = "Jobs under way."}, {"queue"});
  {
    const InFlight guard(family.labels("a"));
    EXPECT_EQ(family.labels("a").value(), 1);
  }
  EXPECT_EQ(family.labels("a").value(), 0);
}

TEST_F(InFlightTest, EndsWhenItsBlockThrows) {
  const auto work = [&] {
    const InFlight guard(gauge_);
    throw std::runtime_error("work");
  };
  EXPECT_THROW(work(), std::runtime_error);
  EXPECT_EQ(gauge_.value(), 0);
}

TEST_F(InFlightTest, CountsOnceAfterManyMoves) {
  {
    InFlight first(gauge_);
    auto second = std::make_unique<InFlight>(std::move(first));
    const InFlight third(std::move(*second));
    EXPECT_EQ(gauge_.value(), 1);
    second.reset();
    EXPECT_EQ(gauge_.value(), 1);
  }
  EXPECT_EQ(gauge_.value(), 0);
}

TEST_F(InFlightTest, DecrementsItsGaugeWhenItIsAssignedTo) {
  const Gauge other = registry_.gauge({.name = "jobs_in_flight", .help = "Jobs under way."});
  {
    InFlight guard(gauge_);
    guard = InFlight(other);
    EXPECT_EQ(gauge_.value(), 0);
    EXPECT_EQ(other.value(), 1);
  }
  EXPECT_EQ(gauge_.value(), 0);
  EXPECT_EQ(other.value(), 0);
}

TEST_F(InFlightTest, MayBeAssignedToItself) {
  {
    InFlight guard(gauge_);
    InFlight& same = guard;
    guard = std::move(same);
    EXPECT_EQ(gauge_.value(), 1);
  }
  EXPECT_EQ(gauge_.value(), 0);
}

TEST_F(InFlightTest, MayEndOnAnotherThread) {
  std::thread worker([guard = InFlight(gauge_), this] { EXPECT_EQ(gauge_.value(), 1); });
  worker.join();
  EXPECT_EQ(gauge_.value(), 0);
}

TEST_F(InFlightTest, FitsIntoAnOptional) {
  std::optional<InFlight> guard;
  guard.emplace(gauge_);
  EXPECT_EQ(gauge_.value(), 1);
  guard = InFlight(gauge_);
  EXPECT_EQ(gauge_.value(), 1);
  guard.reset();
  EXPECT_EQ(gauge_.value(), 0);
}

TEST_F(InFlightTest, CannotBeCopied) {
  EXPECT_FALSE(std::is_copy_constructible_v<InFlight>);
  EXPECT_FALSE(std::is_copy_assignable_v<InFlight>);
}

}  // namespace
}  // namespace narthex
