#include "slots.h"

#include <new>

namespace narthex::detail {

Slot Slots::try_take() noexcept {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock) return kCold;
  if (!free_.empty()) {
    const Slot slot = free_.back();
    free_.pop_back();
    return slot;
  }
  if (next_ == kSlots) return kCold;
  try {
    if (free_.capacity() < next_) free_.reserve(2 * next_);
  } catch (const std::bad_alloc&) {
    return kCold;
  }
  return next_++;
}

void Slots::give_back(Slot slot) noexcept {
  const std::lock_guard lock(mutex_);
  free_.push_back(slot);
}

// Never destroyed: series of static storage give their slots back at the very end.
Slots& sum_slots() noexcept {
  static auto* const slots = new Slots;
  return *slots;
}

Slots& histogram_slots() noexcept {
  static auto* const slots = new Slots;
  return *slots;
}

void lock_slots() {
  sum_slots().lock();
  histogram_slots().lock();
}

void unlock_slots() {
  histogram_slots().unlock();
  sum_slots().unlock();
}

}  // namespace narthex::detail
