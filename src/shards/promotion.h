#pragma once

#include <atomic>

#include <narthex/detail/shard.h>

#include "shards/shards.h"
#include "shards/slots.h"

namespace narthex::detail {

// What the series of all kinds do on their way from a base to cells.

// Adds to a base. Returns true when another thread did so at the same moment.
inline bool add_atomically(std::atomic<double>& base, double amount) noexcept {
  double before = base.load(std::memory_order_relaxed);
  bool was_contended = false;
  // relaxed: a sum orders nothing else
  while (!base.compare_exchange_weak(before, before + amount, std::memory_order_relaxed)) was_contended = true;
  return was_contended;
}

// Gives a cold series a slot, unless none is to be had or another thread is about to.
inline void promote(std::atomic<Slot>& state, Slots& slots) noexcept {
  Slot cold = kCold;
  if (!state.compare_exchange_strong(cold, kPromoting, std::memory_order_relaxed)) return;  // relaxed: only a claim
  state.store(slots.try_take(), std::memory_order_release);  // release: whoever sees the slot sees zeroed cells
}

// Returns this thread's cell, made now if need be; null: the thread is ending, or there is no memory.
inline std::atomic<double>* own_sum_cell(Slot slot) noexcept {
  const ReentrancyGuard growth;
  Shard* shard = growth ? own_shard() : nullptr;
  return shard ? shard->sums.find_or_make(slot) : nullptr;
}

// Adds to a cell of the calling thread.
inline void add_to_own(std::atomic<double>& cell, double amount) noexcept {
  // relaxed: only this thread writes the cell, and a sum orders nothing else
  cell.store(cell.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
}

// Calls visit(amount) with what each thread's cell holds, in the order of the shards.
template <class Visit>
void for_each_cell(Slot slot, Visit visit) noexcept {
  Shards::for_each([&](const Shard& shard) {
    // acquire: what a gauge reads afterwards is read later; a counter has no need of that
    if (const std::atomic<double>* cell = shard.sums.find(slot)) visit(cell->load(std::memory_order_acquire));
  });
}

// Adds up the cells of all threads, always in the same order.
inline double sum_of_cells(Slot slot) noexcept {
  if (slot < kFirstSlot) return 0;
  double sum = 0;
  for_each_cell(slot, [&sum](double amount) { sum += amount; });
  return sum;
}

// Zeroes the cells of a series that nobody can reach any more, and gives its slot back.
inline void give_back_sum_slot(Slot slot) noexcept {
  if (slot < kFirstSlot) return;
  Shards::for_each([slot](Shard& shard) {
    // relaxed: the writers are gone, and the next ones see the slot through the list of free ones
    if (std::atomic<double>* cell = shard.sums.find(slot)) cell->store(0, std::memory_order_relaxed);
  });
  sum_slots.give_back(slot);
}

}  // namespace narthex::detail
