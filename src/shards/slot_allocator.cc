#include "shards/slot_allocator.h"

#include <mutex>
#include <type_traits>

namespace narthex::detail {

static_assert(std::is_trivially_destructible_v<SlotAllocator>);

namespace {

constinit std::atomic<Slot> next_page{kFirstPage};
constinit SlotAllocator::FreeSlots free_sum_slots{};
constinit SlotAllocator::FreeSlots free_histogram_slots{};

}  // namespace

constinit SlotAllocator sum_slots{next_page, free_sum_slots};
constinit SlotAllocator histogram_slots{next_page, free_histogram_slots};

Slot SlotAllocator::try_acquire() noexcept {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock) return kCold;
  if (free_size_ > 0) return free_slots_[--free_size_];
  if (unused_ == end_ && !take_page()) return kCold;
  return unused_++;
}

bool SlotAllocator::take_page() noexcept {
  // relaxed, both: a number orders nothing else. The test comes first, so that the number does not overflow.
  if (next_page_.load(std::memory_order_relaxed) >= kPages) return false;
  const Slot page = next_page_.fetch_add(1, std::memory_order_relaxed);
  if (page >= kPages) return false;
  unused_ = page * kSlotsPerPage;
  end_ = unused_ + cells_in_page(page);
  return true;
}

void SlotAllocator::release(Slot slot) noexcept {
  const std::lock_guard lock(mutex_);
  free_slots_[free_size_++] = slot;
}

}  // namespace narthex::detail
