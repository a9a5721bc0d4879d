#include <limits>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "support/rejected_updates.h"

namespace narthex {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Counter make_counter() { return Registry().counter({.name = "jobs_total", .help = "Jobs done."}); }

std::uint64_t rejected() { return rejected_updates_of("jobs_total"); }

TEST(Counter, StartsAtZero) { EXPECT_EQ(make_counter().value(), 0); }

TEST(Counter, IncreasesByOneOrByTheAmount) {
  const Counter counter = make_counter();
  counter.inc();
  counter.inc(2.5);
  EXPECT_EQ(counter.value(), 3.5);
}

// Exposition rule 206.
TEST(Counter, RejectsAndCountsNegativeAndNaNAmounts) {
  const Counter counter = make_counter();
  counter.inc(2);
  const std::uint64_t before = rejected();
  counter.inc(-1);
  counter.inc(kNaN);
  counter.inc(-kNaN);
  counter.inc(-std::numeric_limits<double>::infinity());
  EXPECT_EQ(counter.value(), 2);
  EXPECT_EQ(rejected() - before, 4u);
}

// Exposition rule 206.
TEST(Counter, AddsFractionsInDoublePrecision) {
  const Counter counter = make_counter();
  for (int i = 0; i < 10; ++i) counter.inc(0.1);
  EXPECT_EQ(counter.value(), 0.9999999999999999);
}

TEST(Counter, AcceptsZeroAndHugeAmounts) {
  const Counter counter = make_counter();
  counter.inc(0);
  EXPECT_EQ(counter.value(), 0);
  counter.inc(std::numeric_limits<double>::max());
  EXPECT_EQ(counter.value(), std::numeric_limits<double>::max());
}

TEST(Counter, CopiesReferToTheSameSeries) {
  const Counter counter = make_counter();
  Counter copy = counter;
  copy.inc();
  const Counter moved = std::move(copy);
  moved.inc();
  EXPECT_EQ(counter.value(), 2);
}

TEST(Counter, DefaultConstructedHandleDoesNothing) {
  const Counter counter;
  counter.inc();
  EXPECT_EQ(counter.value(), 0);
}

TEST(Counter, MovedFromHandleDoesNothing) {
  Counter counter = make_counter();
  const Counter taken = std::move(counter);
  counter.inc();  // NOLINT(bugprone-use-after-move): the test reads the moved-from handle
  EXPECT_EQ(counter.value(), 0);
  EXPECT_EQ(taken.value(), 0);
}

TEST(Counter, MoveAssignedFromHandleDoesNothing) {
  Counter from = make_counter();
  Counter to = make_counter();
  to = std::move(from);
  from.inc(5);  // NOLINT(bugprone-use-after-move): the test reads the moved-from handle
  EXPECT_EQ(from.value(), 0);
  EXPECT_EQ(to.value(), 0);
}

TEST(Counter, CanBeAssignedToItself) {
  Counter counter = make_counter();
  counter.inc();
  const Counter& same = counter;
  counter = same;
  EXPECT_EQ(counter.value(), 1);
}

TEST(Counter, CanBeUpdatedFromAConstLambda) {
  const Counter counter = make_counter();
  const auto work = [counter] { counter.inc(); };
  work();
  EXPECT_EQ(counter.value(), 1);
}

}  // namespace
}  // namespace narthex
