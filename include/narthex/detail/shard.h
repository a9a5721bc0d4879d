#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include <narthex/detail/export.h>

namespace narthex::detail {

struct HistogramCells;

// Which cell of every thread belongs to a series, or that none does.
using Slot = std::uint32_t;
inline constexpr Slot kCold = 0;       // the updates of the series go to its base
inline constexpr Slot kPromoting = 1;  // they still do; one thread is about to give it a slot

inline constexpr Slot kCellsPerPage = 512;
inline constexpr Slot kFirstSlot = kCellsPerPage;
inline constexpr Slot kSlots = 512 * kCellsPerPage;

// The cells of one thread, in pages that are made when a slot in them is first used.
//
//   slot 3 * 512 + 5:   pages_[3] ---> [ 0 | 1 | 2 | 3 | 4 | cell | 6 | ... ]
//
// Page 0 is never made, so that a series without a slot needs no test of its own: its cell is not found.
template <class T>
class CellPages {
 public:
  using Cell = std::atomic<T>;

  // Returns the cell of a slot, or null where the thread has none yet.
  Cell* find(Slot slot) const noexcept {
    Cell* page =
        pages_[slot / kCellsPerPage].load(std::memory_order_acquire);  // acquire: its cells are zero or written
    return page ? page + slot % kCellsPerPage : nullptr;
  }
  // The same, made now if need be; null without memory. For the thread that owns the pages.
  NARTHEX_EXPORT Cell* find_or_make(Slot slot) noexcept;

 private:
  std::array<std::atomic<Cell*>, kSlots / kCellsPerPage> pages_{};
};

// A pointer that keeps what it points at from being freed while it stands there; see src/shards/hazards.h.
using Hazard = std::atomic<const void*>;

// Everything that one thread writes and the others read. It belongs to one thread at a time; a thread that ends leaves
// it, with all that is in it, to the next one. Shards are never freed: there are as many as threads lived at once.
struct alignas(64) Shard {
  CellPages<double> sums;                 // of counters and gauges
  CellPages<HistogramCells*> histograms;  // their cells stand together, apart from the page
  std::array<Hazard, 7> borrowed{};       // each keeps one series for a HazardPtr
  Hazard passing = nullptr;               // keeps a series until a lookup is done, when all of them are taken
  Hazard table = nullptr;                 // keeps the table that this thread searches
  std::atomic<bool> is_owned{false};
};

// What a thread without a shard has: no cells, and no hazards that it could set.
NARTHEX_EXPORT extern constinit Shard no_shard;

// The shard of this thread. initial-exec: an access is one load, also from within a shared library; it costs every
// process one word of the room that the loader keeps for libraries that are loaded later.
NARTHEX_EXPORT extern constinit thread_local Shard* t_shard __attribute__((tls_model("initial-exec")));

// Gives this thread a shard. Returns null if it is ending, or there is no memory.
NARTHEX_EXPORT Shard* take_shard() noexcept;

// Returns the shard of this thread, which it is given if it has none; or null as above.
inline Shard* own_shard() noexcept { return t_shard != &no_shard ? t_shard : take_shard(); }

}  // namespace narthex::detail
