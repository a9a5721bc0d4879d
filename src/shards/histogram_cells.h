#pragma once

#include <atomic>

#include <narthex/detail/histogram_cells.h>
#include <narthex/detail/shard.h>

#include "shards/shards.h"
#include "shards/slots.h"

namespace narthex::detail {

// Calls visit(HistogramCells&) for the cells that threads have in a slot, in the order of the shards.
template <class Visit>
void for_each_own(Slot slot, Visit visit) noexcept {
  if (slot < kFirstSlot) return;
  Shards::for_each([&](const Shard& shard) {
    const auto* cell = shard.histograms.find(slot);
    // acquire: sees the zeroes that the cells started with
    if (HistogramCells* cells = cell ? cell->load(std::memory_order_acquire) : nullptr) visit(*cells);
  });
}

// Calls free(HistogramCells*) for the cells of a series that nobody can reach any more, and gives its slot back.
template <class Free>
void give_back_histogram_slot(Slot slot, Free free) noexcept {
  if (slot < kFirstSlot) return;
  Shards::for_each([&](Shard& shard) {
    auto* cell = shard.histograms.find(slot);
    // relaxed: the writers are gone, and the next ones see the slot through the list of free ones
    if (HistogramCells* cells = cell ? cell->exchange(nullptr, std::memory_order_relaxed) : nullptr) free(cells);
  });
  histogram_slots.give_back(slot);
}

}  // namespace narthex::detail
