#pragma once

#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <new>

#include <narthex/detail/heat.h>
#include <narthex/detail/histogram_series.h>
#include <narthex/detail/shard.h>

#include "log_index.h"
#include "shards.h"

namespace narthex::detail {

// What one cell counts: the observations of one logarithmic bucket that belong to one classic bucket too, or all to the
// only one where there are none. So one increment counts in both, and a scrape finds both to have the same total.
//
//    classic bucket      side     index + 2^19, or 2^19 - index of negative ones
//   [ 32 bits       |   12 bits |   20 bits   ]      0: no cell
class LogKey {
 public:
  enum class Side : std::uint32_t { positive = 1, negative, zero, nan };

  LogKey() noexcept = default;
  LogKey(std::size_t bucket, Side side, std::int32_t index) noexcept
      : word_(bucket << 32 | static_cast<std::uint32_t>(side) << kIndexBits |
              static_cast<std::uint32_t>(kZero + (side == Side::negative ? -index : index))) {}
  explicit LogKey(std::uint64_t word) noexcept : word_(word) {}

  std::uint64_t word() const noexcept { return word_; }
  std::size_t bucket() const noexcept { return word_ >> 32; }
  Side side() const noexcept { return static_cast<Side>(static_cast<std::uint32_t>(word_) >> kIndexBits); }
  std::int32_t index() const noexcept { return side() == Side::negative ? kZero - field() : field() - kZero; }

  // On one side, the next larger cell has the next hash, whichever of its two buckets it is that changes: so usual
  // observations find their cell at once.
  std::size_t hash() const noexcept {
    return static_cast<std::size_t>(field()) + bucket() + static_cast<std::size_t>(side()) * 0x9e3779b9;
  }

  // Where it stands among all: from the largest negative ones to the largest positive ones, then NaN.
  std::int32_t rank() const noexcept {
    switch (side()) {
      case Side::positive:
        return field() + kZero;
      case Side::negative:
        return field() - 3 * kZero;
      case Side::zero:
        return 0;
      default:
        return 4 * kZero;
    }
  }

 private:
  static constexpr int kIndexBits = 20;
  static constexpr std::int32_t kZero = 1 << (kIndexBits - 1);  // above all indices

  std::int32_t field() const noexcept { return static_cast<std::int32_t>(word_ & ((1 << kIndexBits) - 1)); }

  std::uint64_t word_ = 0;
};

// A cell as a scrape reads it.
struct LogCell {
  LogKey key{};
  int schema = 0;
  std::uint64_t count = 0;
};

// A hash table from keys of one schema to counts, and one sum; its slots follow in the same memory.
//
//   sum  older --> the table before it            [ key | n ][ - ][ key | n ][ key | n ][ - ] ...
//
// Invariant: a slot that has a key has it for ever, and its count only grows. A table is never moved, and freed with its
// series; where it is too small or too fine, a new one stands before it.
struct LogTable : HistogramCells {  // so that it fits into a cell of histograms
  struct Slot {
    std::atomic<std::uint64_t> key{0};
    std::atomic<std::uint64_t> count{0};
  };

  LogTable(LogTable* before, int its_schema, std::uint32_t slots) noexcept
      : older(before), schema(its_schema), capacity(slots) {}

  Slot* slots() noexcept { return reinterpret_cast<Slot*>(this + 1); }

  LogTable* const older;
  const int schema;
  const std::uint32_t capacity;        // a power of two
  std::atomic<std::uint32_t> used{0};  // slots that have a key; a thread that just takes one may not have counted it
};

// Counts observations in logarithmic buckets, whose resolution and number it adapts: what native histograms and
// quantiles stand on.
//
//   cold   base_ -> table -> older table         all threads: a slot is taken by compare-exchange, counted atomically
//   hot    slot_ -> each thread: table -> older  its owner alone writes there, by plain loads and stores
//
// Invariants: an observation adds one to exactly one count of one table, for ever, so that the totals of two scrapes
// never go back; what a scrape calls the number of observations is the sum of the counts that it read. The schema only
// falls and the zero threshold only rises: a table may be finer than they say, never coarser, and a scrape merges what
// it reads down to them. A thread whose table would have more than its share of keys lowers the schema itself, so that
// memory is bounded whatever is observed.
class LogBuckets {
 public:
  // Most keys: how many a table has at least before the schema falls.
  LogBuckets(int schema, double zero_threshold, std::size_t most_keys);
  LogBuckets(const LogBuckets&) = delete;
  LogBuckets& operator=(const LogBuckets&) = delete;
  ~LogBuckets();

  // Counts a value, which belongs to that classic bucket. Wait-free where the thread has a table with its key.
  void observe(std::size_t bucket, double value) noexcept {
    LogTable* own = own_table();
    // relaxed: a table of the schema before is as good, for scrapes merge it
    if (!own || own->schema != schema_.load(std::memory_order_relaxed)) return observe_slowly(bucket, value);
    if (LogTable::Slot* slot = find(*own, key_of(bucket, value, own->schema))) return add_to_own(*own, *slot, value);
    observe_slowly(bucket, value);
  }

  // Calls visit(LogCell) for all that is not zero; returns the sum of all values.
  template <class Visit>
  double read(Visit visit) const {
    heat_.cool();
    double sum = 0;
    const auto add = [&](LogTable* table) {
      for (; table; table = table->older) {
        // relaxed, all: each count only grows, and the sum may be ahead of them or behind
        for (std::uint32_t i = 0; i < table->capacity; ++i) {
          const LogTable::Slot& slot = table->slots()[i];
          const LogKey key(slot.key.load(std::memory_order_relaxed));
          const std::uint64_t count = slot.count.load(std::memory_order_relaxed);
          if (count != 0 && key.word() != 0) visit(LogCell{key, table->schema, count});
        }
        sum += table->sum.load(std::memory_order_relaxed);
      }
    };
    const Slot slot = slot_.load(std::memory_order_acquire);  // acquire: as in own_table
    if (slot >= kFirstSlot) {
      Shards::for_each([&](const Shard& shard) {
        const auto* cell = shard.histograms.find(slot);
        // acquire: sees the zeroes that the table started with, and a schema that is not finer than its own
        if (cell) add(static_cast<LogTable*>(cell->load(std::memory_order_acquire)));
      });
    }
    add(base_.load(std::memory_order_acquire));  // acquire: as above
    return sum;
  }

  // The scale that holds from now on. What was read before it may be finer, never coarser.
  int schema() const noexcept { return schema_.load(std::memory_order_relaxed); }
  double zero_threshold() const noexcept { return zero_threshold_.load(std::memory_order_relaxed); }
  // Makes the scale at least that coarse.
  void coarsen(int schema, double zero_threshold) const noexcept;

 private:
  LogKey key_of(std::size_t bucket, double value, int schema) const noexcept {
    const double size = std::fabs(value);
    // relaxed: where it has just risen, this one counts above zero, and scrapes merge it
    if (!(size > zero_threshold_.load(std::memory_order_relaxed))) [[unlikely]] {
      return {bucket, std::isnan(size) ? LogKey::Side::nan : LogKey::Side::zero, 0};
    }
    const std::int32_t index = coarser_key(finest_key(size), kFinestSchema, schema);
    return {bucket, value < 0 ? LogKey::Side::negative : LogKey::Side::positive, index};
  }

  // Returns this thread's newest table, or null while it has none.
  LogTable* own_table() const noexcept {
    // acquire: the cells of a slot are null before the slot is published
    const auto* cell = t_shard->histograms.find(slot_.load(std::memory_order_acquire));
    // relaxed: this thread made it, or the one that left it the shard
    return cell ? static_cast<LogTable*>(cell->load(std::memory_order_relaxed)) : nullptr;
  }
  // Returns the slot of a key in a table that is never full, or null.
  static LogTable::Slot* find(LogTable& table, LogKey key) noexcept {
    for (std::size_t i = key.hash();; ++i) {
      LogTable::Slot& slot = table.slots()[i & (table.capacity - 1)];
      const std::uint64_t word = slot.key.load(std::memory_order_relaxed);  // relaxed: written by this thread
      if (word == key.word()) return &slot;
      if (word == 0) return nullptr;
    }
  }
  static void add_to_own(LogTable& table, LogTable::Slot& slot, double value) noexcept {
    // relaxed, all: only this thread writes the table; a scrape takes each count for itself
    slot.count.store(slot.count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    table.sum.store(table.sum.load(std::memory_order_relaxed) + value, std::memory_order_relaxed);
  }

  void observe_slowly(std::size_t bucket, double value) noexcept;
  bool try_add_to_own(Slot slot, std::size_t bucket, double value) noexcept;
  LogTable* grow_base(LogTable* full) noexcept;
  bool add_to_base(std::size_t bucket, double value) noexcept;
  LogTable* next_table(LogTable* before, std::align_val_t alignment) const noexcept;

  const std::uint32_t most_keys_;
  mutable std::atomic<int> schema_;
  mutable std::atomic<double> zero_threshold_;
  std::atomic<LogTable*> base_;
  std::atomic<Slot> slot_{kCold};
  mutable Heat heat_;
};

}  // namespace narthex::detail
