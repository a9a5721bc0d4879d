#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include <narthex/detail/hazard_ptr.h>
#include <narthex/detail/series.h>

#include "shards/hazards.h"

namespace narthex::detail {

// Finds the series of one family by a hash, without a lock: open addressing with linear probing, one word an entry.
//
//   cells_ ---> [ size - 1 | 0 | series:tag | removed | series:tag | 0 | ... ]
//                                 ^ hash, then to the right until a 0
//
// The tag, in the bits that alignment leaves free, is three bits of the hash: most of what else stands on the way is
// passed by without a look at its memory. The fourth bit says that a series is on trial: a writer wants to take it out
// if nobody uses it. Readers still find it, and whoever does takes the bit away, which ends the trial.
//
//   writer                                    reader
//   1. word = series:tag:trial                1. word = cell
//   2. ------- fence -------                  2. hazard = series
//   3. a hazard, a reference? then acquit     3. on trial? word -> series:tag, or look again
//   4. word -> removed, or it stays              else: cell is still word, or look again
//
// Invariants: all series stand in the cells that cells_ points to, reachable from their hash without a 0 between. Full
// cells are copied to bigger ones, published when they are complete; the old ones are retired. What is removed is
// overwritten before it is retired.
// Readers: any thread. They announce the cells, and the series that they are about to look at, and then check that the
// cells are still the current ones and still hold the series: what was removed from newer cells still stands in old
// ones. A reader that finds nothing proves nothing, for the series may be on its way into newer cells: ask again under
// the writer's mutex. Writers: one at a time.
class SeriesIndex {
 public:
  SeriesIndex();
  SeriesIndex(const SeriesIndex&) = delete;
  SeriesIndex& operator=(const SeriesIndex&) = delete;
  ~SeriesIndex();

  // Returns a series with this hash that matches, and its hazard or a counted reference. For any thread.
  template <class Matches>
  LookupResult find(std::uint32_t hash, Matches matches) const noexcept;

  // Returns the same without a reference. For writers.
  template <class Matches>
  Series* find_as_writer(std::uint32_t hash, Matches matches) const noexcept;

  // Makes room for one more. Returns the cells that were left for that, if they were. For writers.
  RetiredPtr reserve_one();
  void insert(Series* series) noexcept;
  void erase(const Series* series) noexcept;

  // Puts a series on trial; returns where it stands. For writers, who end every trial before they do anything else.
  std::size_t begin_trial(const Series* series) noexcept;
  // Lets it stay.
  void acquit(const Series* series, std::size_t place) noexcept;
  // Takes it out unless it was found meanwhile; returns whether it did.
  bool convict(const Series* series, std::size_t place) noexcept;

 private:
  using Cell = std::atomic<std::uintptr_t>;
  static constexpr std::uintptr_t kEmpty = 0;
  static constexpr std::uintptr_t kRemoved = 1;
  static constexpr std::uintptr_t kTagMask = 7;
  static constexpr int kTagShift = 29;  // of a hash of 32 bits
  static constexpr std::uintptr_t kOnTrial = 8;
  static constexpr std::uintptr_t kFreeBits = kTagMask | kOnTrial;
  static_assert(__STDCPP_DEFAULT_NEW_ALIGNMENT__ > kFreeBits);

  struct Cells {
    const std::size_t mask;  // their number, a power of two, less one
    Cell* first() noexcept { return reinterpret_cast<Cell*>(this + 1); }

    static Cells* make(std::size_t size);
    static void free(const void* cells) noexcept;
  };

  // Looks once; returns whether nothing changed meanwhile. What is found is announced in `place`.
  template <class Matches>
  bool search(std::uint32_t hash, Matches matches, Hazard& table, Hazard& place, Series*& found) const noexcept;

  // Walks the cells on the way of a hash; visit(cell, word) returns whether to stop. Returns whether it did.
  template <class Visit>
  static bool probe(Cells& cells, std::uint32_t hash, Visit visit) noexcept {
    for (std::size_t i = hash & cells.mask;; i = (i + 1) & cells.mask) {
      Cell& cell = cells.first()[i];
      const std::uintptr_t word = cell.load(std::memory_order_acquire);  // acquire: sees the series as it was made
      if (word == kEmpty) return false;
      if (word > kFreeBits && (word & kTagMask) == hash >> kTagShift && visit(cell, word)) return true;
    }
  }
  static Series* series_of(std::uintptr_t word) noexcept {
    return reinterpret_cast<Series*>(word & ~kFreeBits);  // NOLINT(performance-no-int-to-ptr): takes the tag off
  }
  static std::uintptr_t word_of(const Series* series) noexcept;
  void place(Cells& cells, std::uintptr_t word) noexcept;
  Cell* current() const noexcept;
  std::size_t place_of(const Series* series) const noexcept;

  std::atomic<Cells*> cells_;
  std::size_t used_ = 0;  // cells that are not empty
  std::size_t size_ = 0;  // series
};

template <class Matches>
LookupResult SeriesIndex::find(std::uint32_t hash, Matches matches) const noexcept {
  Shard* shard = own_shard();
  if (!shard) return {};
  Hazard& place = free_hazard(*shard);
  Series* found = nullptr;
  while (!search(hash, matches, shard->table, place, found)) {
  }
  clear(shard->table);
  if (found && &place != &shard->passing) return {found, &place};
  if (found) found->retain();
  clear(place);
  return {found, nullptr};
}

template <class Matches>
bool SeriesIndex::search(std::uint32_t hash, Matches matches, Hazard& table, Hazard& place,
                         Series*& found) const noexcept {
  // acquire: sees the cells as they were filled; seq_cst, here and below: the third step in hazards.h
  Cells* cells = cells_.load(std::memory_order_acquire);
  announce(table, cells);
  if (cells_.load(std::memory_order_seq_cst) != cells) return false;
  bool is_disturbed = false;
  const bool stopped = probe(*cells, hash, [&](Cell& cell, std::uintptr_t word) {
    found = series_of(word);
    announce(place, found);
    // The writer of a trial may have looked at the hazards already, so that ending the trial is what counts.
    const bool is_there = (word & kOnTrial) != 0
                              ? cell.compare_exchange_strong(word, word & ~kOnTrial, std::memory_order_seq_cst)
                              : cell.load(std::memory_order_seq_cst) == word;
    is_disturbed = !is_there || cells_.load(std::memory_order_seq_cst) != cells;
    return is_disturbed || (found->hash_ == hash && matches(*found));
  });
  if (!stopped) found = nullptr;
  return !is_disturbed;
}

template <class Matches>
Series* SeriesIndex::find_as_writer(std::uint32_t hash, Matches matches) const noexcept {
  Series* found = nullptr;
  const bool stopped = probe(*cells_.load(std::memory_order_relaxed), hash, [&](const Cell&, std::uintptr_t word) {
    found = series_of(word);
    return found->hash_ == hash && matches(*found);
  });
  return stopped ? found : nullptr;
}

}  // namespace narthex::detail
