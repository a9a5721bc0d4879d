#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include <narthex/detail/export.h>

namespace NARTHEX_VISIBILITY narthex {
namespace detail {

struct HistogramCells;

// The index of the cell that a series has in the shard of each thread, or a state without cells.
using Slot = std::uint32_t;
inline constexpr Slot kCold = 0;       // all updates go to the base of the series
inline constexpr Slot kPromoting = 1;  // the same, while one thread allocates a slot for the series

inline constexpr Slot kCellsPerPage = 512;
inline constexpr Slot kFirstSlot = kCellsPerPage;
inline constexpr Slot kSlots = 512 * kCellsPerPage;

// The cells of one thread, in pages. A page is allocated when the thread first uses a slot in it.
//
//   slot 3 * 512 + 5:   pages_[3] ---> [ 0 | 1 | 2 | 3 | 4 | cell | 6 | ... ]
//
// Invariants: only the owner of the shard allocates pages, and a page is never freed. Page 0 is never allocated, so a
// cold series needs no test of its own: find() returns null for it.
template <class T>
class CellPages {
 public:
  using Cell = std::atomic<T>;

  // Returns the cell of a slot, or null if the thread does not have it yet.
  Cell* find(Slot slot) const noexcept {
    // acquire: the page's initial zeros are visible
    Cell* page = pages_[slot / kCellsPerPage].load(std::memory_order_acquire);
    return page ? page + slot % kCellsPerPage : nullptr;
  }
  // Returns the cell of a slot, and allocates its page if necessary. Returns null without memory. Called by the owner.
  NARTHEX_EXPORT Cell* find_or_create(Slot slot) noexcept;

 private:
  std::array<std::atomic<Cell*>, kSlots / kCellsPerPage> pages_{};
};

// A hazard pointer: the object that it points to is not freed. See src/shards/hazards.h.
using Hazard = std::atomic<const void*>;

// Everything that one thread writes and other threads read. A shard has one owner at a time. A thread that ends
// releases its shard, and a new thread acquires it with its contents. Shards are never freed, so their number is the
// largest number of threads that were alive at the same time.
struct alignas(64) Shard {
  CellPages<double> sums;                 // of counters and gauges
  CellPages<HistogramCells*> histograms;  // each histogram's cells are a separate allocation
  std::array<Hazard, 7> borrowed{};       // each protects the series of one HazardPtr
  Hazard lookup = nullptr;                // protects a series during a lookup, when all of `borrowed` are in use
  Hazard entries = nullptr;               // protects the entries of the index that the thread searches
  std::atomic<bool> is_owned{false};
};

// The shard of a thread that has no other: it has no cells, and the thread does not set its hazards.
NARTHEX_EXPORT extern constinit Shard no_shard;

// The shard of this thread. initial-exec: an access is one load, also from a shared library. In exchange the loader
// reserves eight bytes for it in the static thread-local storage of every thread.
NARTHEX_EXPORT extern constinit thread_local Shard* t_shard __attribute__((tls_model("initial-exec")));

// Acquires a shard for this thread. Returns null if the thread is ending, without memory, and if there are too many
// threads.
NARTHEX_EXPORT Shard* acquire_shard() noexcept;

// Returns the shard of this thread, and acquires one if it has none. Returns null as acquire_shard() does.
inline Shard* own_shard() noexcept { return t_shard != &no_shard ? t_shard : acquire_shard(); }

}  // namespace detail
}  // namespace narthex
