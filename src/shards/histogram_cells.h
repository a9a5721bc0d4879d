#pragma once

#include <atomic>

#include <narthex/detail/histogram_cells.h>
#include <narthex/detail/shard.h>

#include "shards/shards.h"
#include "shards/slot_allocator.h"

namespace narthex::detail {

// Calls visit(HistogramCells&) for the cells that threads have in a slot, in the order of the shards.
template <class Visit>
void for_each_histogram(Slot slot, Visit visit) {
  if (slot < kFirstSlot) return;
  Shards::for_each([&](const Shard& shard) {
    const auto* cell = shard.cells.find<HistogramCells*>(slot);
    // acquire: the cells' initial zeros are visible
    if (HistogramCells* cells = cell ? cell->load(std::memory_order_acquire) : nullptr) visit(*cells);
  });
}

// Calls free(HistogramCells*) for the cells of a series that no thread can reach any more, and releases its slot.
template <class Free>
void release_histogram_slot(Slot slot, Free free) noexcept {
  if (slot < kFirstSlot) return;
  Shards::for_each([&](Shard& shard) {
    auto* cell = shard.cells.find<HistogramCells*>(slot);
    // relaxed: no thread writes any more, and the next writers see this through the mutex of the allocator
    if (HistogramCells* cells = cell ? cell->exchange(nullptr, std::memory_order_relaxed) : nullptr) free(cells);
  });
  histogram_slots.release(slot);
}

}  // namespace narthex::detail
