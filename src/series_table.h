#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>

#include <narthex/detail/borrow.h>
#include <narthex/detail/kind.h>

#include "label_order.h"
#include "label_values.h"
#include "series_index.h"
#include "series_list.h"

namespace narthex::detail {

// The series of one family: found by their label values without a lock, made and removed under one.
//
//   index_:   hash of the values ---> series        any thread, at any time
//   list_:    oldest first                          scrapes, in batches
//
// Invariants: both hold the same series, and one reference to each between them. The hash leads to a series, but only
// its label values, compared in full, identify it.
class SeriesTable {
 public:
  // Tests narrow the hash to make values collide.
  explicit SeriesTable(const LabelOrder& order, std::uint32_t hash_mask = ~0U);
  SeriesTable(const SeriesTable&) = delete;
  SeriesTable& operator=(const SeriesTable&) = delete;
  ~SeriesTable();

  // Returns the series with these values, one per label name; one that is new comes from `kind`.
  Found find_or_make(LabelValues values, const Kind& kind);

  // Forgets a series; it lives on while handles refer to it. Returns whether there was one.
  bool remove(LabelValues values);

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
  // Memory is slower than writing a sample: a walk asks for a series, and for the labels behind it, that much ahead.
  static constexpr std::size_t kAhead = 6;
  static void prefetch(const Series* series) noexcept {
    constexpr std::size_t kCacheLine = 64;
    const char* const memory = reinterpret_cast<const char*>(series);
    for (std::size_t line = 0; line < 3; ++line) __builtin_prefetch(memory + line * kCacheLine);
  }

  std::uint32_t hash(LabelValues values) const noexcept;
  Found find_or_make_escaped(LabelValues values, const Kind& kind);
  // The values as they stand in the text of the series; raw if that is how they came.
  Found make(LabelValues escaped, bool are_raw, std::uint32_t hash, const Kind& kind);

  const LabelOrder& order_;
  const std::uint32_t hash_mask_;
  const std::uint64_t hash_seed_;
  SeriesIndex index_;
  std::mutex mutex_;
  SeriesList list_;
};

}  // namespace narthex::detail
