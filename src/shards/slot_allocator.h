#pragma once

#include <array>
#include <atomic>
#include <cstddef>

#include <narthex/detail/shard.h>

#include "base/mutex.h"

namespace narthex::detail {

// The number of slots that have a cell.
inline constexpr std::size_t kMaxHotSeries = [] {
  std::size_t cells = 0;
  for (Slot page = kFirstPage; page < kPages; ++page) cells += cells_in_page(page);
  return cells;
}();

// Allocates the slots of one kind of series. All kinds take their pages from one number.
//
//   page 1, of this kind         page 2, of another kind     page 3, of this kind
//   [ in use | free | ... ]      [ ... ]                     [ in use | in use | never used | ... | never used ]
//                                                                                ^ unused_                     ^ end_
//
// Invariants: the cells of a free slot are zero in every shard. A page has slots of one kind.
// It needs no memory but that of its free slots, of which the system provides the pages that were written. It is never
// destroyed, because series with static storage duration release their slots when the process exits.
class SlotAllocator {
 public:
  using FreeSlots = std::array<Slot, kMaxHotSeries>;

  // `next_page` is the number of the next page that no kind has taken. `free_slots` has static storage duration. It is
  // not a member: this object is not all zeros, so a program file would contain a megabyte of zeros for each kind.
  constexpr SlotAllocator(std::atomic<Slot>& next_page, FreeSlots& free_slots) noexcept
      : next_page_(next_page), free_slots_(free_slots) {}

  // Returns a slot whose cells are zero in all shards. Returns kCold if all slots are in use, and also if another
  // thread holds the mutex, because an update does not wait.
  Slot try_acquire() noexcept;
  // The caller has zeroed the cells of the slot, and no thread writes to them any more.
  void release(Slot slot) noexcept;

 private:
  // Returns false if all pages are taken.
  bool take_page() noexcept;

  std::atomic<Slot>& next_page_;
  Mutex mutex_;
  Slot unused_ = 0;            // the first slot of the last page that was never in use
  Slot end_ = 0;               // of the last page
  std::size_t free_size_ = 0;  // number of valid elements in free_slots_
  FreeSlots& free_slots_;
};

extern constinit SlotAllocator sum_slots;
extern constinit SlotAllocator histogram_slots;

}  // namespace narthex::detail
