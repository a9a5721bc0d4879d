#pragma once

#include <atomic>
#include <bit>
#include <cstdint>

#include <narthex/detail/add_atomically.h>
#include <narthex/detail/export.h>
#include <narthex/detail/heat.h>
#include <narthex/detail/series.h>
#include <narthex/detail/shard.h>

namespace NARTHEX_VISIBILITY narthex {
namespace detail {

// Functions of the compiler, because <cmath> doubles the cost of <atomic> in each file of a user.
inline bool is_nan(double amount) noexcept { return __builtin_isnan(amount); }

// Returns whether a cell of a gauge takes the amount: it is a whole number of at most 2^53.
inline bool is_whole(double amount) noexcept {
  return __builtin_fabs(amount) <= 0x1p53 && static_cast<double>(static_cast<std::int64_t>(amount)) == amount;
}

// Adds a whole amount to a cell of the calling thread. The cell contains the bits of an integer. Unlike a sum of
// doubles, which grows with the amounts in both directions, the sum of such cells is exact, also after overflows.
template <class Cell>
void add_whole(Cell& cell, double amount) noexcept {
  // relaxed: this thread is the single writer, and a sum orders nothing else
  const auto before = std::bit_cast<std::uint64_t>(cell.load(std::memory_order_relaxed));
  const std::uint64_t after = before + static_cast<std::uint64_t>(static_cast<std::int64_t>(amount));
  cell.store(std::bit_cast<double>(after), std::memory_order_relaxed);
}

// The value of a gauge. While it is hot, each thread has a cell, until the gauge is set, or until an increment is not a
// whole number of at most 2^53.
//
//           inc, often          inc, not whole
//     cold ------------> kHot -----------------> kHot + kClosed
//                         |                            |
//                         | set                        | set
//                         v                            v
//                   kHot + kSet               kHot + kClosed + kSet
//
//     cold         all threads set and add to base_, atomically
//     kHot         each thread adds whole amounts to its own cell; without a slot or a cell, to base_
//     + kClosed    all threads add to base_, atomically; the cells remain as they are
//     + kSet       all threads set and add to set_value_, atomically
//
// The states are flags of the series and never cleared, so that one load tests all flags. Each further load from a cache
// line that another thread has just written delays an update. A gauge has kHot before it has a slot. If no slot is free,
// it can still be set in base_, and tries again.
//
// Invariants: the value is set_value_ with the flag kSet, and base_ + cells without it. An update that comes after an
// addition to a cell sees kHot. Updates and readers do not wait.
//
// What a reader sees: the last set that ended before it began, or one that overlaps it, and all increments since that
// set. Each increment that overlaps the set or the reader may be included or not. Two readers may see a set and an
// increment that overlap in different orders, if the gauge becomes hot at the same time.
// tests/threads/gauge_interleavings_test.cc checks this for every order of the steps of a few threads.
//
// `Memory` is ShardMemory, except in that test.
template <class Memory>
class GaugeValue {
  template <class T>
  using Atomic = typename Memory::template Atomic<T>;

 public:
  using Flags = Atomic<std::uint8_t>;

  GaugeValue() = default;
  GaugeValue(const GaugeValue&) = delete;
  GaugeValue& operator=(const GaugeValue&) = delete;
  ~GaugeValue();

  // Sets the value. Returns false if the series is marked as not accessed, or if it is hot and was not set.
  bool try_set(const Flags& flags, double value) noexcept {
    // acquire: a set() or inc() that sees kSet comes after the set that stored it
    const std::uint8_t seen = flags.load(std::memory_order_acquire);
    if (seen != 0 && !is_set_and_accessed(seen)) return false;
    // relaxed: the value orders nothing else
    (seen == 0 ? base_ : set_value_).store(value, std::memory_order_relaxed);
    return true;
  }
  // Adds to the cell of this thread, or to the value that was set. Returns false if there is neither, if the cell cannot
  // take the amount, or if the series is marked as not accessed.
  bool try_inc(const Flags& flags, double amount) noexcept {
    const std::uint8_t seen = flags.load(std::memory_order_acquire);  // acquire: as in try_set()
    if (seen == Series::kHot) [[likely]] {
      auto* cell = Memory::find_cell(slot_.load(std::memory_order_acquire));  // acquire: its cells are zero
      if (!cell || !is_whole(amount)) return false;
      add_whole(*cell, amount);
      return true;
    }
    if (!is_set_and_accessed(seen)) return false;
    add_atomically(set_value_, amount);
    return true;
  }
  // Set and add in any state, change it, and mark the series as accessed.
  void set(Flags& flags, double value) noexcept;
  void inc(Flags& flags, double amount) noexcept;

  double value(const Flags& flags) const noexcept;
  // Every reader calls this, so that a gauge does not become hot if it is read often: a read of a hot gauge takes
  // longer.
  void cool() const noexcept { heat_.cool(); }

 private:
  static bool is_set_and_accessed(std::uint8_t flags) noexcept {
    return (flags & (Series::kSet | Series::kNotAccessed)) == Series::kSet;
  }
  // Returns the flags. As Series::mark_accessed(), except for the memory order.
  static std::uint8_t mark_accessed(Flags& flags) noexcept;

  Atomic<double> base_{0};
  Atomic<double> set_value_{0};
  Atomic<Slot> slot_{kCold};
  mutable typename Memory::Heat heat_;
};

// The cells of the threads.
struct ShardMemory {
  template <class T>
  using Atomic = std::atomic<T>;
  using Heat = detail::Heat;

  static std::atomic<double>* find_cell(Slot slot) noexcept { return t_shard->cells.find<double>(slot); }
  // Returns null if the thread is ending or without memory.
  static std::atomic<double>* find_or_create_cell(Slot slot) noexcept;
  static void promote(std::atomic<Slot>& slot) noexcept;
  static void release_slot(Slot slot) noexcept;
  // Calls visit(amount) with the value of each thread's cell.
  template <class Visit>
  static void for_each_cell(Slot slot, Visit visit);
};

}  // namespace detail
}  // namespace narthex
