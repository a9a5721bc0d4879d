#include "shards/slot_allocator.h"

#include <mutex>
#include <type_traits>

namespace narthex::detail {

static_assert(std::is_trivially_destructible_v<SlotAllocator>);

constinit SlotAllocator sum_slots;
constinit SlotAllocator histogram_slots;

Slot SlotAllocator::try_acquire() noexcept {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock) return kCold;
  if (free_size_ > 0) return free_slots_[--free_size_];
  if (kFirstSlot + used_ == kSlots) return kCold;
  return kFirstSlot + used_++;
}

void SlotAllocator::release(Slot slot) noexcept {
  const std::lock_guard lock(mutex_);
  free_slots_[free_size_++] = slot;
}

}  // namespace narthex::detail
