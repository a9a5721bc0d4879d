#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include <narthex/detail/export.h>

namespace NARTHEX_VISIBILITY narthex {
namespace detail {

struct HistogramCells;

// The place of the cell that a series has in the shard of each thread: the number of a page times kSlotsPerPage, plus
// the number of the cell in the page. Or a state without cells.
using Slot = std::uint32_t;
inline constexpr Slot kCold = 0;       // all updates go to the base of the series
inline constexpr Slot kPromoting = 1;  // the same, while one thread allocates a slot for the series

inline constexpr Slot kPages = 128;
inline constexpr Slot kSlotsPerPage = 8192;  // more than most pages have cells: the other slots are not used
inline constexpr Slot kFirstPage = 1;        // so that a cold series needs no test of its own: page 0 has no cells
inline constexpr Slot kFirstSlot = kFirstPage * kSlotsPerPage;

// Returns the number of cells in a page. Later pages are larger, so that few pages are enough for all series.
constexpr Slot cells_in_page(Slot page) noexcept {
  constexpr Slot kMinCells = 64;
  constexpr Slot kPagesOfOneSize = 16;
  return kMinCells << page / kPagesOfOneSize;
}
static_assert(cells_in_page(kPages - 1) == kSlotsPerPage);

// The cells of one thread, in pages. A page is allocated when the thread first uses a slot in it. Its cells are of one
// type: the allocator of the slots gives each page to one kind of series.
//
//   pages_     [0] [1] [2] ... [15]  [16] ... [31]  [32] ... [111]  [112] ... [127]
//               -   |   -       -      -        -     -         -       -         -
//                   +---> [ 0 | 1 | 2 | 3 | 4 | cell of slot 1 * 8192 + 5 | 6 | ... | 63 ]
//   cells       -  64  64 ...  64   128 ...   128   256 ...  4096    8192 ...  8192
//
// Pages are used in ascending order, so a program with few hot series uses small ones: a page has 64 cells, or at most a
// seventh of the cells before it.
// Invariants: only the owner of the shard allocates pages, and a page is never freed. Page 0 is never allocated, so that
// find() returns null for a cold series.
class CellPages {
 public:
  // Returns the cell of a slot, or null if the thread does not have it yet. T is double for counters and gauges (those of
  // gauges contain the bits of an integer), and HistogramCells* for histograms and summaries.
  template <class T>
  std::atomic<T>* find(Slot slot) const noexcept {
    // acquire: the page's initial zeros are visible
    auto* page = static_cast<std::atomic<T>*>(pages_[slot / kSlotsPerPage].load(std::memory_order_acquire));
    return page ? page + slot % kSlotsPerPage : nullptr;
  }
  // Returns the cell of a slot, and allocates its page if necessary. Returns null without memory. Called by the owner.
  template <class T>
  NARTHEX_EXPORT std::atomic<T>* find_or_create(Slot slot) noexcept;

 private:
  std::array<std::atomic<void*>, kPages> pages_{};
};

// A hazard pointer: the object that it points to is not freed. See src/shards/hazards.h.
using Hazard = std::atomic<const void*>;

// Everything that one thread writes and other threads read. A shard has one owner at a time. A thread that ends
// releases its shard, and a new thread acquires it with its contents. Shards are never freed, so their number is the
// largest number of threads that were alive at the same time.
struct alignas(64) Shard {
  CellPages cells;
  std::array<Hazard, 7> borrowed{};  // each protects the series of one HazardPtr
  Hazard lookup = nullptr;           // protects a series during a lookup, when all of `borrowed` are in use
  Hazard entries = nullptr;          // protects the entries of the index that the thread searches
  std::uint32_t index = 0;           // among all shards
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
