#pragma once

#include <narthex/detail/gauge_value.h>

#include "shards/promotion.h"

namespace narthex::detail {

template <class Memory>
GaugeValue<Memory>::~GaugeValue() {
  Memory::release_slot(slot_.load(std::memory_order_relaxed));  // relaxed: the last user
}

template <class Memory>
void GaugeValue<Memory>::inc_or_promote(double amount) noexcept {
  Slot state = state_.load(std::memory_order_acquire);  // acquire: as in try_inc() and set()
  switch (state) {
    case kSet:
      add_atomically(set_value_, amount);
      return;
    case kClosed:
      add_atomically(base_, amount);
      return;
    case kCold:
    case kPromoting:
      if (heat_.add(add_atomically(base_, amount)) && is_whole(amount)) promote();
      return;
    default:
      break;  // a slot
  }
  if (is_whole(amount)) {
    if (auto* cell = Memory::find_or_create_cell(state)) return add_whole(*cell, amount);
  } else {
    // base_ gets all amounts from now on. It would otherwise grow in one direction, and the cells in the other one.
    state_.compare_exchange_strong(state, kClosed, std::memory_order_relaxed);  // relaxed: publishes nothing
  }
  add_atomically(base_, amount);
}

template <class Memory>
void GaugeValue<Memory>::promote() noexcept {
  Slot expected = kCold;
  // relaxed: only a claim
  if (!state_.compare_exchange_strong(expected, kPromoting, std::memory_order_relaxed)) return;
  const Slot slot = Memory::try_acquire_slot();
  slot_.store(slot, std::memory_order_release);  // release: the cells of the slot are zero
  expected = kPromoting;
  // Fails if the gauge was set since. release: as above, and a reader that sees an amount in a cell sees slot_
  state_.compare_exchange_strong(expected, slot, std::memory_order_release, std::memory_order_relaxed);
}

template <class Memory>
double GaugeValue<Memory>::value() const noexcept {
  // acquire: see set()
  if (state_.load(std::memory_order_acquire) == kSet) return set_value_.load(std::memory_order_relaxed);
  const double base = base_.load(std::memory_order_relaxed);  // relaxed: the value orders nothing else
  const Slot slot = slot_.load(std::memory_order_acquire);    // acquire: the cells of the slot are zero first
  if (slot == kCold) return base;
  std::uint64_t cells = 0;
  Memory::for_each_cell(slot, [&cells](double amount) { cells += std::bit_cast<std::uint64_t>(amount); });
  if (!is_whole(base)) return base + static_cast<double>(static_cast<std::int64_t>(cells));
  // As integers, because the sum of the cells may be above 2^53 although the value is not.
  return static_cast<double>(
      static_cast<std::int64_t>(static_cast<std::uint64_t>(static_cast<std::int64_t>(base)) + cells));
}

}  // namespace narthex::detail
