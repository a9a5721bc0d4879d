#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>

#include <narthex/detail/hazard_ptr.h>
#include <narthex/detail/kind.h>

#include "families/expiry.h"
#include "families/series_index.h"
#include "families/series_list.h"
#include "model/label_layout.h"
#include "model/label_values.h"

namespace narthex::detail {

struct SeriesLimits {
  std::size_t max_series = 0;                 // 0: none
  std::chrono::milliseconds idle_timeout{0};  // 0: none
};

// The series of one family: found by their label values without a lock, made and removed under one.
//
//   index_:   hash of the values ---> series        any thread, at any time
//   list_:    oldest first                          scrapes, in batches
//
// Invariants: both hold the same series, and one reference to each between them. The hash leads to a series, but only
// its label values, compared in full, identify it. While full_ is not 0, no series comes.
class SeriesTable {
 public:
  // What comes on top of max_series.
  enum class Extra : bool { no, yes };

  // Tests narrow the hash to make values collide.
  explicit SeriesTable(const LabelLayout& order, SeriesLimits limits = {}, std::uint32_t hash_mask = ~0U);
  SeriesTable(const SeriesTable&) = delete;
  SeriesTable& operator=(const SeriesTable&) = delete;
  ~SeriesTable();

  // Returns the series with these values, one per label name; one that is new comes from `kind`. Returns none if it
  // would be one too many.
  LookupResult find_or_make(LabelValues values, const Kind& kind, Extra extra = Extra::no);
  // Returns the series with these values, or none.
  LookupResult find(LabelValues values);

  // Forgets a series; it lives on while handles refer to it. Returns whether there was one.
  bool remove(LabelValues values);
  // Forgets all that match(series), those that come meanwhile left out. Returns how many.
  template <class Matches>
  std::size_t remove_if(Matches matches);

  // Forgets the series that have been idle for too long and that nobody holds.
  void expire() noexcept;

  // Calls visit(series) for each, oldest first, without a lock.
  template <class Visit>
  void for_each(Visit visit) {
    // Not on the stack: the child of a fork keeps what belongs to other threads, but uses their stacks again.
    const auto cursor = std::make_unique<SeriesList::Cursor>(list_, mutex_);
    for (auto batch = cursor->next(); !batch.empty(); batch = cursor->next()) {
      for (std::size_t i = 0; i < batch.size(); ++i) {
        if (i + kAhead < batch.size()) prefetch(batch[i + kAhead]);
        visit(*batch[i]);
      }
    }
  }

 private:
  // Series that nobody can reach any more; released at the end of the scope, which is to be outside of the lock.
  class Expired;

  // How many places are looked at under one lock; and how many series come, or find no room, from one time to the next.
  static constexpr std::size_t kLooks = 256;
  static constexpr std::size_t kPeriod = kLooks / 4;

  // Memory is slower than writing a sample: a walk asks for a series, and for the labels behind it, that much ahead.
  static constexpr std::size_t kAhead = 6;
  static void prefetch(const Series* series) noexcept {
    constexpr std::size_t kCacheLine = 64;
    const char* const memory = reinterpret_cast<const char*>(series);
    for (std::size_t line = 0; line < 3; ++line) __builtin_prefetch(memory + line * kCacheLine);
  }

  std::uint32_t hash(LabelValues values) const noexcept;
  LookupResult find_raw(LabelValues values) const noexcept;
  LookupResult find_escaped(LabelValues escaped, std::uint32_t hash) const noexcept;
  LookupResult make_escaped(LabelValues values, const Kind& kind, Extra extra);
  // The values as they stand in the text of the series; raw if that is how they came.
  LookupResult make(LabelValues escaped, bool are_raw, const Kind& kind, Extra extra);
  Series* insert(SeriesPtr<Series> made, Extra extra);
  bool remove(const Series& series);

  // In a full family no series come whose making would drop idle ones: now and then, a miss has to.
  bool is_time_to_make_room() noexcept;

  // Under the mutex.
  bool is_full() const noexcept;
  void note_size() noexcept;
  // Looks at the next kLooks places, once for each call of make().
  void expire_next(Expired& expired) noexcept;
  // Looks at the next places, so many at most and none beyond the end; returns how many.
  std::size_t expire_some(std::size_t most, Expired& expired) noexcept;

  const LabelLayout& order_;
  const std::size_t max_series_;
  const Expiry expiry_;
  const std::uint32_t hash_mask_;
  const std::uint64_t hash_seed_;
  SeriesIndex index_;
  // 0, or a number that tells one time of being full from the next.
  std::atomic<std::uint32_t> full_{0};
  std::atomic<std::uint32_t> misses_when_full_{0};

  std::mutex mutex_;
  SeriesList list_;
  const Series* extra_ = nullptr;  // on top of max_series, while it is in the list
  std::uint32_t times_full_ = 0;
  std::size_t made_since_expiry_ = 0;
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
