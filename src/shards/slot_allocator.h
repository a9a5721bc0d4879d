#pragma once

#include <array>
#include <cstddef>

#include <narthex/detail/shard.h>

#include "base/mutex.h"

namespace narthex::detail {

// Allocates the slots of one kind of cells.
//
//   slots:   [ in use | free | in use | in use | never used ... ]       free_slots_: a stack of the free ones
//                                                ^ kFirstSlot + used_
//
// Invariant: the cells of a free slot are zero in every shard.
// It needs no memory but its own, of which the system provides the pages that were written. It is never destroyed,
// because series with static storage duration release their slots when the process exits.
class SlotAllocator {
 public:
  constexpr SlotAllocator() noexcept = default;

  // Returns a slot whose cells are zero in all shards. Returns kCold if all slots are in use, and also if another
  // thread holds the mutex, because an update does not wait.
  Slot try_acquire() noexcept;
  // The caller has zeroed the cells of the slot, and no thread writes to them any more.
  void release(Slot slot) noexcept;

 private:
  Mutex mutex_;
  Slot used_ = 0;              // number of slots that were ever in use
  std::size_t free_size_ = 0;  // number of valid elements in free_slots_
  std::array<Slot, kSlots> free_slots_{};
};

extern constinit SlotAllocator sum_slots;
extern constinit SlotAllocator histogram_slots;

}  // namespace narthex::detail
