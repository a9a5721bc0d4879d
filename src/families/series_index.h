#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include <narthex/detail/export.h>
#include <narthex/detail/hazard_ptr.h>
#include <narthex/detail/series.h>

#include "families/series_hazard.h"
#include "shards/hazards.h"
#include "shards/reclaimer.h"

namespace narthex::detail {

// Finds the series of one family by a hash, without a lock: open addressing with linear probing, one word per entry.
//
//   entries_ ---> [ size - 1 | 0 | series:tag | removed | series:tag | 0 | ... ]
//                                   ^ hash, then to the right until a 0
//
// The tag is the highest byte of the hash, in the bits 48 to 55 of the pointer, which are 0: the addresses of a process
// have 48 bits. The highest byte stays, because arm64 may have a tag of its own there. A probe skips nearly all other
// series by the tag, without reading their memory. A bit that is 0 because of the alignment marks a series for eviction.
// Lookups still find a marked series, and unmark it.
//
//   evictor (a writer)                             reader
//   1. word = series:tag:marked                    1. word = entry
//   2. ------- fence -------                       2. hazard = series
//   3. in use (hazard, reference)? then unmark     3. marked? entry: word -> series:tag, or retry
//   4. entry: marked word -> removed,                 else: is entry still word? if not: retry
//      fails if a reader unmarked it
//
// Invariants: entries_ points to entries that contain all series. No 0 stands between the hash of a series and its
// entry. When the entries are too full, a writer copies the series to other entries, publishes those when they are
// complete, and retires the old ones. A removed series is overwritten before it is retired.
// Readers: any thread. A reader publishes a hazard for the entries, then one for each series that it inspects. After
// each it checks that the entries are still the current ones and still contain the series, because a series that was
// removed from newer entries is still in the old ones. A reader that finds nothing may have missed a series that is
// being copied, so the caller repeats the lookup as a writer. Writers: one at a time, under the mutex of the family.
class NARTHEX_EXPORT SeriesIndex {
 public:
  SeriesIndex();
  SeriesIndex(const SeriesIndex&) = delete;
  SeriesIndex& operator=(const SeriesIndex&) = delete;
  ~SeriesIndex();

  // Returns a series that has this hash and for which matches(series) is true. For any thread.
  template <class Matches>
  [[gnu::always_inline]] LookupResult find(std::uint32_t hash, Matches matches) const noexcept;

  // Sets the hash of a new series, and a number for the caller.
  static void set_key(Series& series, std::uint32_t hash, std::uint32_t position) noexcept {
    series.hash_ = hash;
    series.position_ = position;
  }
  static std::uint32_t position_of(const Series& series) noexcept { return series.position_; }

  // All other functions are for writers.

  // Returns the same series, unprotected: the caller has the mutex.
  template <class Matches>
  Series* find_as_writer(std::uint32_t hash, Matches matches) const noexcept;

  // Reserves space for one insert(). Returns the old entries if it replaced them.
  RetiredPtr reserve_one();
  void insert(Series* series) noexcept;
  void erase(const Series* series) noexcept;

  // Marks a series for eviction, and returns the index of its entry. unmark() or evict() follows before any other call.
  std::size_t mark_for_eviction(const Series* series) noexcept;
  void unmark(const Series* series, std::size_t index) noexcept;
  // Removes a marked series. Returns false if a reader has unmarked it.
  bool evict(const Series* series, std::size_t index) noexcept;

 private:
  using Entry = std::atomic<std::uintptr_t>;
  static constexpr std::uintptr_t kEmpty = 0;
  static constexpr std::uintptr_t kRemoved = 1;
  static constexpr std::uintptr_t kMarked = 2;
  static constexpr std::uintptr_t kLowBits = 3;
  static constexpr int kTagShift = 48;
  static constexpr std::uintptr_t kTagMask = std::uintptr_t{0xff} << kTagShift;
  static_assert(alignof(Series) > kLowBits);
  // The series are in the order of their hashes, which the processor does not prefetch.
  static constexpr std::size_t kPrefetchDistance = 16;

  // The number of entries minus one, and behind it the entries. The number is a power of two.
  struct Entries {
    const std::size_t mask;
    Entry* first() noexcept { return reinterpret_cast<Entry*>(this + 1); }

    static constexpr std::size_t bytes_of(std::size_t size) noexcept { return sizeof(Entries) + size * sizeof(Entry); }
    static Entries* create(std::size_t size);
    static void free(const void* entries) noexcept;
  };

  // Searches once. Returns false if the search met a change and must be repeated. `hazard` protects `found`.
  template <class Matches>
  [[gnu::always_inline]] bool search(std::uint32_t hash, Matches matches, Hazard& entries_hazard, SeriesHazard& hazard,
                                     Series*& found) const noexcept;

  // Calls visit(entry, word) for the entries of a hash until it returns true. Returns whether it did.
  template <class Visit>
  [[gnu::always_inline]] static bool probe(Entries& entries, std::uint32_t hash, Visit visit) noexcept {
    for (std::size_t i = hash & entries.mask;; i = (i + 1) & entries.mask) {
      Entry& entry = entries.first()[i];
      const std::uintptr_t word = entry.load(std::memory_order_acquire);  // acquire: the series is fully constructed
      if ((word >> kTagShift & 0xff) == tag_of(hash) && word > kLowBits && visit(entry, word)) return true;
      if (word == kEmpty) return false;
    }
  }
  static constexpr std::uintptr_t tag_of(std::uint32_t hash) noexcept { return hash >> 24; }
  static Series* series_of(std::uintptr_t word) noexcept {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): removes the tag
    return reinterpret_cast<Series*>(word & ~(kTagMask | kLowBits));
  }
  static std::uintptr_t word_of(const Series* series) noexcept;
  void store(Entries& entries, std::uintptr_t word) noexcept;
  Entry& entry_at(std::size_t index) const noexcept;
  std::size_t index_of(const Series* series) const noexcept;

  std::atomic<Entries*> entries_;
  std::size_t used_ = 0;  // number of entries that are not empty
  std::size_t size_ = 0;  // number of series
};

template <class Matches>
inline LookupResult SeriesIndex::find(std::uint32_t hash, Matches matches) const noexcept {
  Shard* shard = t_shard;
  if (shard == &no_shard) [[unlikely]] {
    shard = acquire_shard();
    if (!shard) return {};
  }
  SeriesHazard hazard(*shard);
  Series* found = nullptr;
  while (!search(hash, matches, shard->entries, hazard, found)) {
  }
  clear(shard->entries);
  return hazard.result(found);
}

template <class Matches>
inline bool SeriesIndex::search(std::uint32_t hash, Matches matches, Hazard& entries_hazard, SeriesHazard& hazard,
                                Series*& found) const noexcept {
  Entries* entries = entries_.load(std::memory_order_acquire);  // acquire: the copied words are visible
  publish(entries_hazard, entries);
  if (entries_.load(std::memory_order_seq_cst) != entries) return false;  // seq_cst: the reader's step 3 in hazards.h
  bool has_changed = false;
  const bool stopped = probe(*entries, hash, [&](Entry& entry, std::uintptr_t word) {
    found = series_of(word);
    hazard.publish(found);
    // The evictor may have read the hazards before, so for a marked series only unmarking it succeeds.
    // seq_cst, three times: the reader's step 3 in hazards.h
    const bool is_linked = (word & kMarked) != 0
                               ? entry.compare_exchange_strong(word, word & ~kMarked, std::memory_order_seq_cst)
                               : entry.load(std::memory_order_seq_cst) == word;
    has_changed = !is_linked || entries_.load(std::memory_order_seq_cst) != entries;
    return has_changed || (found->hash_ == hash && matches(*found));
  });
  if (!stopped) found = nullptr;
  return !has_changed;
}

template <class Matches>
Series* SeriesIndex::find_as_writer(std::uint32_t hash, Matches matches) const noexcept {
  Series* found = nullptr;
  Entries& entries = *entries_.load(std::memory_order_relaxed);  // relaxed: only writers change it
  const bool stopped = probe(entries, hash, [&](const Entry&, std::uintptr_t word) {
    found = series_of(word);
    return found->hash_ == hash && matches(*found);
  });
  return stopped ? found : nullptr;
}

}  // namespace narthex::detail
