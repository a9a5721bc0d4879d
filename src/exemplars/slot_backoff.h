#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "exemplars/stored_exemplar.h"

namespace narthex::detail {

// What one thread knows of one slot of exemplars. Threads that store exemplars in the same slot in turn wait for its
// memory, which moves from core to core. This takes several times as long as the rest of an update.
//
//   stores, and others change the slot in between ... kMaxLosses times within a tick of the coarse clock
//   --> drops kDrops exemplars, stores one, drops kDrops exemplars, ... until the clock advances
//
// Invariants: a thread that does not contend for a slot drops nothing, whatever other threads do. What it drops would
// have the timestamp of an exemplar that it or another thread has stored in the slot.
class SlotBackoff {
 public:
  using Time = StoredExemplar::Time;
  using Key = std::uint64_t;      // of a slot; 0 is not a key
  using Changes = std::uint16_t;  // the number of changes of a slot, guarded by its lock

  static constexpr int kMaxLosses = 16;
  static constexpr int kDrops = 63;

  constexpr SlotBackoff() noexcept = default;

  // Returns the first of this number of successive keys, which no slot has had before.
  static Key reserve_keys(std::size_t number) noexcept {
    static constinit std::atomic<Key> next{1};
    return next.fetch_add(number, std::memory_order_relaxed);  // relaxed: only distinct
  }

  // Returns what the calling thread knows of a slot. It forgets the slot when the time changes, and sometimes when it
  // uses another slot.
  static SlotBackoff& of(Key key, Time now) noexcept {
    SlotBackoff& entry = t_entries[key % t_entries.size()];
    const auto tick = static_cast<std::uint32_t>(now.time_since_epoch().count());
    if (entry.key_ != key || entry.tick_ != tick) entry = SlotBackoff(key, tick);
    return entry;
  }

  // Returns whether the thread drops its exemplar.
  bool drops() noexcept {
    if (drops_ == 0) return false;
    --drops_;
    return true;
  }

  // Call this after an attempt to lock the slot. Null: it was locked by another thread.
  void tried(Changes* changes) noexcept {
    if (!changes || *changes != last_change_) lose();
    if (changes) last_change_ = ++*changes;
  }

 private:
  SlotBackoff(Key key, std::uint32_t tick) noexcept : key_(key), tick_(tick) {}

  void lose() noexcept {
    if (losses_ < kMaxLosses) {
      ++losses_;
    } else {
      drops_ = kDrops;
    }
  }

  static constinit thread_local std::array<SlotBackoff, 32> t_entries;

  Key key_ = 0;
  std::uint32_t tick_ = 0;
  Changes last_change_ = 0;
  std::uint8_t losses_ = 0;
  std::uint8_t drops_ = 0;
};

inline constinit thread_local std::array<SlotBackoff, 32> SlotBackoff::t_entries{};

}  // namespace narthex::detail
