#include "exemplars/slot_backoff.h"

#include <chrono>

#include <gtest/gtest.h>

namespace narthex::detail {
namespace {

using Changes = SlotBackoff::Changes;

// One slot. Each test uses keys of its own, because what the thread knows outlives the test.
class SlotBackoffTest : public testing::Test {
 protected:
  // Tries to change the slot. Returns whether the thread dropped its exemplar instead.
  bool drops() {
    SlotBackoff& backoff = SlotBackoff::of(key_, now_);
    if (backoff.drops()) return true;
    backoff.tried(&changes_);
    return false;
  }
  // The same, after another thread has changed the slot.
  bool drops_after_another_thread() {
    ++changes_;
    return drops();
  }
  void contend() {
    for (int i = 0; i < SlotBackoff::kMaxLosses; ++i) ASSERT_FALSE(drops_after_another_thread());
  }

  const SlotBackoff::Key key_ = SlotBackoff::reserve_keys(64);
  SlotBackoff::Time now_ = SlotBackoff::Time(std::chrono::milliseconds(1000));
  Changes changes_ = 0;
};

TEST_F(SlotBackoffTest, DropsNothingOfASlotThatOneThreadChanges) {
  for (int i = 0; i < 100'000; ++i) ASSERT_FALSE(drops());
}

TEST_F(SlotBackoffTest, DropsNothingAfterFewChangesByOtherThreads) {
  contend();
  for (int i = 0; i < 1000; ++i) ASSERT_FALSE(drops());
}

TEST_F(SlotBackoffTest, DropsMostExemplarsOfASlotThatOthersChange) {
  contend();
  for (int round = 0; round < 3; ++round) {
    EXPECT_FALSE(drops_after_another_thread());
    for (int i = 0; i < SlotBackoff::kDrops; ++i) ASSERT_TRUE(drops());
  }
}

TEST_F(SlotBackoffTest, CountsALockedSlotAsAChangedOne) {
  for (int i = 0; i <= SlotBackoff::kMaxLosses; ++i) {
    SlotBackoff& backoff = SlotBackoff::of(key_, now_);
    ASSERT_FALSE(backoff.drops());
    backoff.tried(nullptr);
  }
  EXPECT_TRUE(drops());
}

TEST_F(SlotBackoffTest, EndsWhenTheClockAdvances) {
  contend();
  EXPECT_FALSE(drops_after_another_thread());
  EXPECT_TRUE(drops());
  now_ += std::chrono::milliseconds(1);
  contend();
}

TEST_F(SlotBackoffTest, IsThatOfOneSlot) {
  contend();
  EXPECT_FALSE(drops_after_another_thread());
  EXPECT_TRUE(drops());
  EXPECT_FALSE(SlotBackoff::of(key_ + 1, now_).drops());
  EXPECT_TRUE(drops());
  EXPECT_FALSE(SlotBackoff::of(key_ + 32, now_).drops()) << "a slot whose key has the same place";
  EXPECT_FALSE(drops()) << "the other slot took the place";
}

}  // namespace
}  // namespace narthex::detail
