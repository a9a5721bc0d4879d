#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include <narthex/detail/histogram_cells.h>

namespace narthex::detail {

// What one cell counts: the observations of one logarithmic bucket that belong to one classic bucket too, or all to the
// only one where there are none. So one increment counts in both, and a scrape finds both to have the same total.
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
struct ExponentialCell {
  ExponentialKey key{};
  int schema = 0;
  std::uint64_t count = 0;
};

// A hash table from keys of one schema to counts, and one sum; its slots follow in the same memory.
//
//   sum  older --> the table before it            [ key | n ][ - ][ key | n ][ key | n ][ - ] ...
//
// Invariant: a slot that has a key has it for ever, and its count only grows. A table is never moved, and freed with its
// series; where it is too small or too fine, a new one stands before it.
struct ExponentialTable : HistogramCells {  // so that it fits into a cell of histograms
  struct Slot {
    std::atomic<std::uint64_t> key{0};
    std::atomic<std::uint64_t> count{0};
  };

  ExponentialTable(ExponentialTable* before, int its_schema, std::uint32_t slots) noexcept
      : older(before), schema(its_schema), capacity(slots) {}

  Slot* slots() noexcept { return reinterpret_cast<Slot*>(this + 1); }

  ExponentialTable* const older;
  const int schema;
  const std::uint32_t capacity;        // a power of two
  std::atomic<std::uint32_t> used{0};  // slots that have a key; a thread that just takes one may not have counted it
};

}  // namespace narthex::detail
