#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include <narthex/detail/hazard_ptr.h>
#include <narthex/detail/kind.h>

#include "base/mutex.h"
#include "base/rejected_updates.h"
#include "families/closed_series.h"
#include "families/evictor.h"
#include "families/series_index.h"
#include "families/series_limit.h"
#include "families/series_list.h"
#include "model/label_key.h"
#include "model/label_layout.h"
#include "model/label_values.h"

namespace narthex::detail {

// The series of one family. Lookups by label values take no lock; creation and removal take the mutex, which siblings
// share.
//
//   index_:   hash of the values ---> series        any thread, at any time
//   list_:    series in creation order              scrapes, in batches
//
// Invariants: both contain the same series, and hold one reference to each together. The hash leads to a series, but
// only its label values, compared in full, identify it. No series but the overflow series is added during a full epoch.
class SeriesTable {
 public:
  // With an `idle_timeout` of 0, series are not evicted. Rejected updates of the series are counted under `id`. `closed`
  // is null if the labels of the family are not closed. Tests choose a seed with which values collide.
  SeriesTable(const LabelLayout& layout, std::shared_ptr<SeriesLimit> limit, std::chrono::milliseconds idle_timeout,
              RejectedUpdates::Id id, ClosedSeries* closed = nullptr, const HashSeed& seed = hash_seed());
  SeriesTable(const SeriesTable&) = delete;
  SeriesTable& operator=(const SeriesTable&) = delete;
  ~SeriesTable();

  // Values: one for each label name. `words` has label_word() of each, or is null.

  // Returns the series with these values. `kind` creates it if it is new. Returns null if the family is full and does
  // not contain it.
  LookupResult find_or_create(LabelValues values, const std::uint64_t* words, const Kind& kind);
  // The usual case of find_or_create() in steps: key_of(), full_epoch(), find_hash(), has_raw_values(). find_hash()
  // returns a series with this hash, usually the one with these values. If it returns none, create() follows, with the
  // full epoch that was read before.
  LabelKey key_of(LabelValues values, const std::uint64_t* words) const noexcept { return {values, words, hash_seed_}; }
  std::uint32_t full_epoch() const noexcept { return limit_->full_epoch().current(); }
  LookupResult find_hash(std::uint32_t hash) const noexcept {
    return index_.find(hash, [](const Series&) { return true; });
  }
  // Returns whether a series has the values of the key. Always false if its text contains escapes, which is rare.
  bool has_raw_values(const Series& series, const LabelKey& key) const noexcept {
    // It does not matter which characters they contain: a text without escapes that is equal to them is their text.
    return series.has_raw_labels_ && layout_.has_values(series.labels().text(), key);
  }
  LookupResult create(LabelValues values, std::uint32_t hash, std::uint32_t epoch, const Kind& kind);
  // Returns the overflow series, which does not count towards max_series.
  LookupResult find_or_create_overflow(const Kind& kind);
  // Returns the series with these values, or null.
  LookupResult find(LabelValues values, const std::uint64_t* words = nullptr);

  // For a family with closed labels, whose series have their index instead of a hash.
  // Returns a new series, which is not in the table.
  SeriesPtr<Series> make(LabelValues values, std::uint32_t index, const Kind& kind) const;
  // Adds a series, if the table does not contain it. Returns false if the family is full.
  bool show(Series* series);
  // Returns whether a series can be added. It cannot if it is hidden in a full family. Takes no lock.
  bool may_show(std::size_t index) const noexcept;

  // Removes a series from the family. Handles keep it alive. Returns whether it existed.
  bool remove(LabelValues values, const std::uint64_t* words = nullptr);
  bool remove(const Series& series);
  // Removes all series for which matches(series) is true, except those that are added during the call. Returns their
  // number.
  template <class Matches>
  std::size_t remove_if(Matches matches);

  bool is_empty() const noexcept {
    const std::lock_guard lock(mutex_);
    return list_.size() == 0;
  }
  // The series do not count towards the shared limit any more. From then on, the table has the same limit for itself.
  void leave_limit() noexcept;

  // Evicts the series that are idle and that no handle refers to.
  void evict_idle() noexcept;

  // Calls visit(series) for each, in creation order, without a lock.
  template <class Visit>
  void for_each(Visit visit) {
    // Not on the stack: the child of a fork keeps the cursors of other threads, but reuses their stacks.
    const auto cursor = std::make_unique<SeriesList::Cursor>(list_, mutex_);
    do {
      const std::span<Series* const> batch = cursor->batch();
      for (std::size_t i = 0; i < batch.size() && i < kPrefetchDistance; ++i) prefetch(batch[i]);
      for (std::size_t i = 0; i < batch.size(); ++i) {
        if (i + kPrefetchDistance < batch.size()) prefetch(batch[i + kPrefetchDistance]);
        visit(*batch[i]);
      }
    } while (cursor->advance());
  }

 private:
  // Whether max_series applies to a new series.
  enum class Limit : bool { ignored, enforced };

  // Memory is slower than writing a sample, so a scrape prefetches each series and its labels, this many series ahead.
  static constexpr std::size_t kPrefetchDistance = 6;
  static void prefetch(const Series* series) noexcept {
    constexpr std::size_t kCacheLine = 64;
    const char* const memory = reinterpret_cast<const char*>(series);
    for (std::size_t line = 0; line < 3; ++line) __builtin_prefetch(memory + line * kCacheLine);
  }

  LookupResult find_raw(const LabelKey& key) const noexcept;
  [[gnu::noinline]] LookupResult find_escaped(LabelValues values);
  [[gnu::noinline]] LookupResult find_or_create_escaped(LabelValues values, const Kind& kind, std::uint32_t epoch);
  [[gnu::noinline]] LookupResult find_or_create_unknown_overflow(const Kind& kind);
  bool is_full_since(std::uint32_t epoch) noexcept;
  SeriesPtr<Series> make(LabelValues escaped, std::uint32_t hash, bool are_raw, const Kind& kind) const;
  [[gnu::noinline]] LookupResult insert_new(LabelValues escaped, std::uint32_t hash, bool are_raw, const Kind& kind,
                                            Limit limit);
  LookupResult insert(SeriesPtr<Series> created, Limit limit);

  // All four are called under the mutex.
  std::size_t counted() const noexcept;
  bool is_full() const noexcept;
  void update_limit() noexcept;
  static LookupResult protect(Series* series) noexcept;

  const LabelLayout& layout_;
  const std::shared_ptr<SeriesLimit> limit_;
  const HashSeed hash_seed_;
  const std::vector<std::string_view> overflow_values_;
  const RejectedUpdates::Id rejected_updates_id_;
  SeriesIndex index_;
  std::atomic<bool> has_left_limit_{false};
  // Set before the first series with values that are not plain (is_plain()) is created.
  std::atomic<bool> has_not_plain_{false};

  Mutex& mutex_;              // of the limit
  std::size_t in_limit_ = 0;  // the number of series that the limit counts
  SeriesList list_;
  Evictor evictor_;
  ClosedSeries* const closed_;
  // The overflow series, if the family has one. Lookups use it without the index. Changes under the mutex.
  std::atomic<Series*> overflow_{nullptr};
};

template <class Matches>
std::size_t SeriesTable::remove_if(Matches matches) {
  std::size_t removed = 0;
  for_each([&](const Series& series) {
    if (matches(series) && remove(series)) ++removed;
  });
  return removed;
}

}  // namespace narthex::detail
