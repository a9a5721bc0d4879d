#pragma once

#include <atomic>

#include <narthex/detail/add_atomically.h>
#include <narthex/detail/shard.h>

#include "shards/shards.h"
#include "shards/slot_allocator.h"

namespace narthex::detail {

// How a series goes from one shared base to one cell for each thread.
//
//   state   kCold ----------> kPromoting ----------> slot        kPromoting is a claim of one thread
//             ^                   |
//             +--- no free slot --+
//
// Invariant: the value is the base plus all cells, except that of a gauge that was set while it was hot. See GaugeValue.

// Gives a cold series a slot, unless no slot is free or another thread is promoting the series.
template <class AtomicSlot, class Allocator>
void promote(AtomicSlot& state, Allocator& slots) noexcept {
  Slot cold = kCold;
  if (!state.compare_exchange_strong(cold, kPromoting, std::memory_order_relaxed)) return;  // relaxed: only a claim
  state.store(slots.try_acquire(),
              std::memory_order_release);  // release: a thread that sees the slot sees zeroed cells
}

// Returns this thread's cell, and creates it if necessary. Returns null if the thread is ending or without memory.
inline std::atomic<double>* own_sum_cell(Slot slot) noexcept {
  const ReentrancyGuard guard;
  Shard* shard = guard ? own_shard() : nullptr;
  return shard ? shard->cells.find_or_create<double>(slot) : nullptr;
}

// Adds to a cell of the calling thread.
inline void add_to_own(std::atomic<double>& cell, double amount) noexcept {
  // relaxed: this thread is the single writer, and a sum orders nothing else
  cell.store(cell.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
}

// Calls visit(amount) with the value of each thread's cell, in the order of the shards.
template <class Visit>
void for_each_cell(Slot slot, Visit visit) {
  Shards::for_each([&](const Shard& shard) {
    // relaxed: no other data depends on a cell
    if (const std::atomic<double>* cell = shard.cells.find<double>(slot)) visit(cell->load(std::memory_order_relaxed));
  });
}

// Sums the cells of all threads, always in the same order. The loop is not inlined, so that a cold series needs no call.
[[gnu::noinline]] inline double sum_of_existing_cells(Slot slot) noexcept {
  double sum = 0;
  for_each_cell(slot, [&sum](double amount) { sum += amount; });
  return sum;
}
inline double sum_of_cells(Slot slot) noexcept { return slot < kFirstSlot ? 0 : sum_of_existing_cells(slot); }

// Zeroes the cells of a series that no thread updates.
inline void zero_sum_cells(Slot slot) noexcept {
  if (slot < kFirstSlot) return;
  Shards::for_each([slot](Shard& shard) {
    // relaxed: no thread writes; the caller orders the zeroes before the next writers
    if (std::atomic<double>* cell = shard.cells.find<double>(slot)) cell->store(0, std::memory_order_relaxed);
  });
}

// Zeroes the cells of a series that no thread can reach any more, and releases its slot.
inline void release_sum_slot(Slot slot) noexcept {
  if (slot < kFirstSlot) return;
  zero_sum_cells(slot);
  sum_slots.release(slot);  // the next writers see the zeroes through the mutex of the allocator
}

}  // namespace narthex::detail
