#pragma once

#include <atomic>
#include <bit>
#include <cstdint>

#include <narthex/detail/add_atomically.h>
#include <narthex/detail/export.h>
#include <narthex/detail/heat.h>
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

// The value of a gauge. While it is hot, each thread has a cell. It stays hot until it is set, or until an increment is
// not a whole number of at most 2^53.
//
//             inc, often                        inc, not whole
//     kCold ------------> kPromoting ---> hot -------------------> kClosed
//                              |           |                          |
//                              | set       | set                      | set
//                              +---------> kSet <---------------------+
//
//     kCold               all threads set and add to base_, atomically
//     kPromoting          all threads add to base_, atomically, while one acquires a slot
//     hot: a slot         each thread adds whole amounts to its own cell; without a cell, to base_
//     kClosed             all threads add to base_, atomically; the cells remain as they are
//     kSet                all threads set and add to set_value_, atomically
//
// Invariants: the value is set_value_ in the state kSet, and base_ + cells in all others. The state follows the arrows
// and never returns, except from kPromoting to kCold if no slot is free. Updates and readers do not wait.
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
  GaugeValue() = default;
  GaugeValue(const GaugeValue&) = delete;
  GaugeValue& operator=(const GaugeValue&) = delete;
  ~GaugeValue();

  void set(double value) noexcept {
    // acquire: a set() or inc() that sees kSet comes after the set that stored it
    const Slot state = state_.load(std::memory_order_acquire);
    if (state == kCold) return base_.store(value, std::memory_order_relaxed);  // relaxed: the value orders nothing else
    set_value_.store(value, std::memory_order_relaxed);                        // relaxed: as above
    if (state != kSet) state_.store(kSet, std::memory_order_release);          // release: the value is visible first
  }
  // Adds to the cell of this thread, or to the value that was set. Returns false if there is neither, or if the
  // cell cannot take the amount.
  bool try_inc(double amount) noexcept {
    // acquire: as in set(), and the cells of a slot are zero before the slot is published
    const Slot state = state_.load(std::memory_order_acquire);
    if (state == kSet) {
      add_atomically(set_value_, amount);
      return true;
    }
    auto* cell = Memory::find_cell(state);
    if (!cell || !is_whole(amount)) return false;
    add_whole(*cell, amount);
    return true;
  }
  // Adds an amount for which try_inc() has returned false.
  void inc_or_promote(double amount) noexcept;
  double value() const noexcept;
  // Every reader calls this, so that a gauge does not become hot if it is read often: a read of a hot gauge takes
  // longer.
  void cool() const noexcept { heat_.cool(); }

 private:
  static constexpr Slot kClosed = 2;
  static constexpr Slot kSet = 3;

  void promote() noexcept;

  Atomic<double> base_{0};
  Atomic<double> set_value_{0};
  Atomic<Slot> state_{kCold};  // or the slot
  Atomic<Slot> slot_{kCold};   // acquired by the promotion, then kept
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
  // Returns kCold if no slot is free.
  static Slot try_acquire_slot() noexcept;
  static void release_slot(Slot slot) noexcept;
  // Calls visit(amount) with the value of each thread's cell.
  template <class Visit>
  static void for_each_cell(Slot slot, Visit visit);
};

}  // namespace detail
}  // namespace narthex
