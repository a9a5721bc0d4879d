#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include <narthex/detail/histogram_cells.h>

#include "base/exponential_index.h"

namespace narthex::detail {

// The key of one cell: an exponential bucket and a classic bucket. The cell counts the observations that belong to
// both, so that one increment counts in both, and both have the same total in a scrape. Without bounds there is one
// classic bucket.
//
//    classic bucket      side     index + 2^19, or 2^19 - index of negative ones
//   [ 32 bits       |   12 bits |   20 bits   ]      0: no cell
class ExponentialKey {
 public:
  enum class Side : std::uint32_t { positive = 1, negative, zero, nan };

  ExponentialKey() noexcept = default;
  ExponentialKey(std::size_t bucket, Side side, std::int32_t index) noexcept
      : word_(bucket << 32 | static_cast<std::uint32_t>(side) << kIndexBits |
              static_cast<std::uint32_t>(kZero + (side == Side::negative ? -index : index))) {}
  explicit ExponentialKey(std::uint64_t word) noexcept : word_(word) {}

  std::uint64_t word() const noexcept { return word_; }
  std::size_t bucket() const noexcept { return word_ >> 32; }
  Side side() const noexcept { return static_cast<Side>(static_cast<std::uint32_t>(word_) >> kIndexBits); }
  std::int32_t index() const noexcept { return side() == Side::negative ? kZero - field() : field() - kZero; }

  // Neighbours on one side have adjacent hashes, whichever of the two buckets differs, so that usual observations find
  // their cell without collisions. That of a positive key without classic buckets is the key itself.
  std::size_t hash() const noexcept {
    const std::size_t others = static_cast<std::size_t>(side()) - static_cast<std::size_t>(Side::positive);
    return static_cast<std::uint32_t>(word_) + bucket() + others * 0x9e3779b9;
  }

  // Returns the position in the order of all keys: from the largest negative values to the largest positive ones, then
  // NaN.
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
struct ExponentialCell {
  ExponentialKey key{};
  int schema = 0;
  std::uint64_t count = 0;
};

// A hash table from keys of one schema to counts, and one sum. The slots follow in the same memory.
//
//   sum  older --> the previous table             [ key | n ][ - ][ key | n ][ key | n ][ - ] ...
//
// Invariant: a slot keeps its key permanently, and its count only increases. A table is not moved, and is freed with
// its series. If it is too small or too fine, a new table precedes it.
struct ExponentialTable : HistogramCells {  // so that the cell of a histogram can point to it
  struct Slot {
    std::atomic<std::uint64_t> key{0};
    std::atomic<std::uint64_t> count{0};
  };

  ExponentialTable(ExponentialTable* before, int its_schema, std::uint32_t slots) noexcept
      : older(before),
        keys(its_schema),
        key_base(ExponentialKey(0, ExponentialKey::Side::positive, 0).word() - keys.offset()),
        schema(its_schema),
        mask(slots - 1) {}

  std::uint32_t capacity() const noexcept { return mask + 1; }
  Slot* slots() noexcept { return reinterpret_cast<Slot*>(this + 1); }
  // Returns the key of a normal number above 0 that has no classic bucket, from its bits.
  ExponentialKey positive_key(std::uint64_t bits) const noexcept { return ExponentialKey(key_base + keys(bits)); }

  ExponentialTable* const older;
  const ExponentialKeys keys;
  const std::uint64_t key_base;
  const int schema;
  const std::uint32_t mask;            // the capacity, which is a power of two, minus one
  std::atomic<std::uint32_t> used{0};  // slots with a key; a thread may not have counted its new one yet
};

}  // namespace narthex::detail
