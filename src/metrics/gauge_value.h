#pragma once

#include <narthex/detail/gauge_value.h>

#include "shards/promotion.h"

namespace narthex::detail {

template <class Memory>
GaugeValue<Memory>::~GaugeValue() {
  Memory::release_slot(slot_.load(std::memory_order_relaxed));  // relaxed: the last user
}

template <class Memory>
std::uint8_t GaugeValue<Memory>::mark_accessed(Flags& flags) noexcept {
  const std::uint8_t seen = flags.load(std::memory_order_acquire);  // acquire: as in try_set()
  if ((seen & Series::kNotAccessed) == 0) return seen;
  // acquire: as above
  return flags.fetch_and(static_cast<std::uint8_t>(~Series::kNotAccessed), std::memory_order_acquire);
}

template <class Memory>
void GaugeValue<Memory>::set(Flags& flags, double value) noexcept {
  const std::uint8_t seen = mark_accessed(flags);
  // relaxed: a set that comes after an addition to a cell sees the slot
  if (slot_.load(std::memory_order_relaxed) < kFirstSlot) {
    return base_.store(value, std::memory_order_relaxed);  // relaxed: as in try_set()
  }
  set_value_.store(value, std::memory_order_relaxed);  // relaxed: as in try_set(); the flag publishes the first one
  // release: the value is visible first
  if ((seen & Series::kSet) == 0) flags.fetch_or(Series::kSet, std::memory_order_release);
}

template <class Memory>
void GaugeValue<Memory>::inc(Flags& flags, double amount) noexcept {
  const std::uint8_t seen = mark_accessed(flags);
  if ((seen & (Series::kSet | Series::kClosed)) != 0) {
    add_atomically((seen & Series::kSet) != 0 ? set_value_ : base_, amount);
    return;
  }
  const Slot slot = slot_.load(std::memory_order_acquire);  // acquire: its cells are zero
  if (slot < kFirstSlot) {
    if (heat_.add(add_atomically(base_, amount)) && is_whole(amount)) {
      // The flag comes before the slot. Otherwise a set could miss the flag after an addition to a cell, and write to
      // base_, and the amount in the cell would remain in the value. relaxed: the slot publishes the flag
      flags.fetch_or(Series::kHot, std::memory_order_relaxed);
      Memory::promote(slot_);
    }
    return;
  }
  if (is_whole(amount)) {
    if (auto* cell = Memory::find_or_create_cell(slot)) return add_whole(*cell, amount);
  } else {
    // base_ gets all amounts from now on. It would otherwise grow in one direction, and the cells in the other one.
    flags.fetch_or(Series::kClosed, std::memory_order_relaxed);  // relaxed: publishes nothing
  }
  add_atomically(base_, amount);
}

template <class Memory>
double GaugeValue<Memory>::value(const Flags& flags) const noexcept {
  // acquire: see try_set()
  if ((flags.load(std::memory_order_acquire) & Series::kSet) != 0) return set_value_.load(std::memory_order_relaxed);
  const double base = base_.load(std::memory_order_relaxed);  // relaxed: the value orders nothing else
  const Slot slot = slot_.load(std::memory_order_acquire);    // acquire: the cells of the slot are zero first
  if (slot < kFirstSlot) return base;
  std::uint64_t cells = 0;
  Memory::for_each_cell(slot, [&cells](double amount) { cells += std::bit_cast<std::uint64_t>(amount); });
  if (!is_whole(base)) return base + static_cast<double>(static_cast<std::int64_t>(cells));
  // As integers, because the sum of the cells may be above 2^53 although the value is not.
  return static_cast<double>(
      static_cast<std::int64_t>(static_cast<std::uint64_t>(static_cast<std::int64_t>(base)) + cells));
}

}  // namespace narthex::detail
