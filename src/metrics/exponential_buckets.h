#pragma once

#include <atomic>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>

#include <narthex/detail/heat.h>
#include <narthex/detail/shard.h>

#include "base/compensated_sum.h"
#include "base/exponential_index.h"
#include "metrics/exponential_table.h"
#include "shards/histogram_cells.h"

namespace narthex::detail {

// Counts observations in exponential buckets and adapts their resolution. Native histograms and quantiles are computed
// from it.
//
//   cold   base_ -> table -> older table         all threads: acquire a slot by compare-exchange, count atomically
//   hot    slot_ -> each thread: table -> older  only the owner writes, by plain loads and stores
//
// Invariants: an observation adds one to exactly one count of one table, permanently; n equal observations add n. So
// totals never decrease. A
// scrape serves the sum of the counts that it read as the number of observations. The schema only falls and the zero
// threshold only rises. A table may be finer than both but not coarser, and a scrape merges its counts. A thread whose
// table would exceed max_keys lowers the schema, so that memory is bounded for any observations.
class ExponentialBuckets {
 public:
  // A table has at least max_keys keys before the schema falls.
  ExponentialBuckets(int schema, double zero_threshold, std::size_t max_keys);
  ExponentialBuckets(const ExponentialBuckets&) = delete;
  ExponentialBuckets& operator=(const ExponentialBuckets&) = delete;
  ~ExponentialBuckets();

  // Counts a value that belongs to a classic bucket. Wait-free if the table of the thread has the key.
  void observe(std::size_t bucket, double value) noexcept { observe(bucket, value, value, 1); }
  // Counts a value a number of times and adds an amount to the sum.
  void observe(std::size_t bucket, double value, double amount, std::uint64_t number) noexcept {
    ExponentialTable* own = own_table();
    if (!own) return observe_slowly(bucket, value, amount, number);
    const ExponentialKey key = key_of(bucket, value, own->schema);
    ExponentialTable::Slot* slot = find(*own, key, key.hash());
    if (!slot) return observe_slowly(bucket, value, amount, number);
    add_to_own(*own, *slot, amount, number);
  }
  // The same for most values of a series without classic buckets, in half as many instructions. Counts nothing and
  // returns false if the table of the thread does not have the key, or if the value is not a normal number above the
  // zero threshold.
  bool try_observe(double value) noexcept {
    ExponentialTable* own = own_table();
    const auto bits = std::bit_cast<std::uint64_t>(value);
    // Positive numbers are ordered as their bits are. relaxed: as in key_of
    const auto zero = std::bit_cast<std::uint64_t>(zero_threshold_.load(std::memory_order_relaxed));
    if (!own || bits <= zero || !is_positive_and_normal(bits)) return false;
    const ExponentialKey key = own->positive_key(bits);
    ExponentialTable::Slot* slot = find(*own, key, key.word());
    if (slot) add_to_own(*own, *slot, value, 1);
    return slot != nullptr;
  }

  // Calls visit(ExponentialCell) for each count above zero; returns the sum of all amounts. It is NaN if a visited cell
  // counts NaN.
  template <class Visit>
  CompensatedSum read(Visit visit) const {
    CompensatedSum sum;
    const auto add = [&](ExponentialTable* table) {
      for (; table; table = table->older) {
        // relaxed, all: each count only increases, and the sum may be ahead of the counts or behind them
        for (std::uint32_t i = 0; i < table->capacity(); ++i) {
          const ExponentialTable::Slot& slot = table->slots()[i];
          const ExponentialKey key(slot.key.load(std::memory_order_relaxed));
          const std::uint64_t count = slot.count.load(std::memory_order_relaxed);
          if (count == 0 || key.word() == 0) continue;
          visit(ExponentialCell{key, table->schema, count});
          // The sum may be behind the counts, and no native bucket contains NaN: Prometheus rejects a histogram with
          // observations outside its buckets unless its sum is NaN.
          if (key.side() == ExponentialKey::Side::nan) sum.add(std::numeric_limits<double>::quiet_NaN());
        }
        sum.add(table->sum.load(std::memory_order_relaxed));
      }
    };
    const Slot slot = slot_.load(std::memory_order_acquire);  // acquire: as in own_table
    // The acquire also sees a schema that is not finer than that of the table.
    for_each_histogram(slot, [&](HistogramCells& table) { add(static_cast<ExponentialTable*>(&table)); });
    add(base_.load(std::memory_order_acquire));  // acquire: as above
    return sum;
  }

  // A scrape calls this, so that only frequent observations turn the series hot.
  void cool() const noexcept { heat_.cool(); }

  // The current scale. Cells that were read earlier may be finer, but not coarser.
  int schema() const noexcept { return schema_.load(std::memory_order_relaxed); }
  double zero_threshold() const noexcept { return zero_threshold_.load(std::memory_order_relaxed); }
  // Makes the scale at least this coarse.
  void coarsen(int schema, double zero_threshold) const noexcept;

 private:
  ExponentialKey key_of(std::size_t bucket, double value, int schema) const noexcept {
    const double size = std::fabs(value);
    // relaxed: after a rise this value may count above zero, and scrapes merge it
    if (!(size > zero_threshold_.load(std::memory_order_relaxed))) [[unlikely]] {
      return {bucket, std::isnan(size) ? ExponentialKey::Side::nan : ExponentialKey::Side::zero, 0};
    }
    const std::int32_t index = coarser_key(finest_key(size), kFinestSchema, schema);
    return {bucket, value < 0 ? ExponentialKey::Side::negative : ExponentialKey::Side::positive, index};
  }

  // Returns this thread's newest table, or null while it has none. The table may be finer than the current schema until
  // the thread observes a value for which it has no key.
  ExponentialTable* own_table() const noexcept {
    // acquire: the cells of a slot are null before the slot is published
    const auto* cell = t_shard->cells.find<HistogramCells*>(slot_.load(std::memory_order_acquire));
    // relaxed: created by this thread, or by the last owner of the shard
    return cell ? static_cast<ExponentialTable*>(cell->load(std::memory_order_relaxed)) : nullptr;
  }
  // Returns the slot of a key in a table that is never full, or null.
  static ExponentialTable::Slot* find(ExponentialTable& table, ExponentialKey key, std::size_t hash) noexcept {
    ExponentialTable::Slot& first = table.slots()[hash & table.mask];
    // relaxed: written by this thread
    return first.key.load(std::memory_order_relaxed) == key.word() ? &first : find_after_collision(table, key);
  }
  [[gnu::noinline]] static ExponentialTable::Slot* find_after_collision(ExponentialTable& table,
                                                                        ExponentialKey key) noexcept {
    for (std::size_t i = key.hash();; ++i) {
      ExponentialTable::Slot& slot = table.slots()[i & table.mask];
      const std::uint64_t word = slot.key.load(std::memory_order_relaxed);  // relaxed: as above
      if (word == key.word()) return &slot;
      if (word == 0) return nullptr;
    }
  }
  static void add_to_own(ExponentialTable& table, ExponentialTable::Slot& slot, double amount,
                         std::uint64_t number) noexcept {
    // relaxed, all: only this thread writes the table, and a scrape reads each count alone
    slot.count.store(slot.count.load(std::memory_order_relaxed) + number, std::memory_order_relaxed);
    table.sum.store(table.sum.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }

  void observe_slowly(std::size_t bucket, double value, double amount, std::uint64_t number) noexcept;
  bool try_add_to_own(Slot slot, std::size_t bucket, double value, double amount, std::uint64_t number) noexcept;
  ExponentialTable* grow_base(ExponentialTable* full) noexcept;
  bool add_to_base(std::size_t bucket, double value, double amount, std::uint64_t number) noexcept;
  ExponentialTable* next_table(ExponentialTable* before, std::align_val_t alignment) const noexcept;

  const std::uint32_t max_keys_;
  mutable std::atomic<int> schema_;
  mutable std::atomic<double> zero_threshold_;
  std::atomic<ExponentialTable*> base_;
  std::atomic<Slot> slot_{kCold};
  mutable Heat heat_;
};

}  // namespace narthex::detail
