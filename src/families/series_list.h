#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include <narthex/detail/series.h>

#include "base/mutex.h"
#include "shards/reclaimer.h"

namespace narthex::detail {

// The series of one family in creation order, and the cursors of the scrapes that are reading them.
//
//   series_:   [ 0 ][ 1 ][ - ][ 3 ][ - ][ 5 ][ 6 ] ...         - is a hole: the series was removed
//                     \_________/
//   cursor:            batch: 1 2 3, removed: 2                a scrape uses its batch without the mutex
//
// Invariants: a series stores its position. A series in a cursor's batch is not retired before the cursor has left the
// batch, even if it was removed. When most positions are holes, or an eighth of them and the memory is full, the list is
// compacted and the cursors are adjusted. So the memory is bounded by the number of series alive.
// Everything is guarded by the mutex of the family.
class SeriesList {
 public:
  class Cursor;

  // Reserves space for one add(), which then cannot fail.
  void reserve_one();
  void add(Series* series) noexcept;
  bool has(const Series& series) const noexcept;
  // Removes a series. Passes `retired` to a cursor that has the series in its batch, or returns it if there is none.
  RetiredPtr remove(const Series& series, RetiredPtr retired) noexcept;
  // Removes a series that is in no cursor's batch.
  void erase(const Series& series) noexcept;

  // Returns a cursor that has the series in its batch, or null.
  Cursor* cursor_on(const Series& series) const noexcept;

  std::size_t size() const noexcept { return size_; }
  // Null elements are holes.
  std::span<Series* const> positions() const noexcept { return series_; }
  // Moves the hand of the CLOCK algorithm, which goes round the list. Returns the positions that it passed: at most
  // `max`, and none behind the end of the list.
  std::span<Series* const> advance_hand(std::size_t max) noexcept;

 private:
  void compact() noexcept;

  std::vector<Series*> series_;
  std::size_t size_ = 0;  // without the holes
  std::size_t hand_ = 0;
  std::vector<Cursor*> cursors_;
};

// Goes once through the series that are in the list when the cursor is created. Later series are left out. For fewer
// than kBatch series, a cursor locks the mutex twice: in its constructor and in its destructor.
class SeriesList::Cursor {
 public:
  static constexpr std::size_t kBatch = 120;  // the cursor has at most 1,032 bytes, which malloc() caches

  // Takes the first series.
  Cursor(SeriesList& list, Mutex& mutex);
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;
  ~Cursor();

  // Returns the current series, which may be none. They stay alive until advance() returns true or the cursor is
  // destroyed.
  std::span<Series* const> batch() const noexcept { return {batch_.data(), size_}; }
  // Replaces the batch by the next one, which may be empty. Returns false, and keeps the batch, if it was the last one.
  bool advance() noexcept;

 private:
  friend class SeriesList;

  // Both are called under the mutex.
  void take_batch() noexcept;
  // Empties the batch. Returns the removed series that are in no other cursor's batch.
  RetiredPtr leave_batch() noexcept;

  SeriesList& list_;
  Mutex& mutex_;
  std::size_t position_ = 0;  // of the next batch
  std::size_t end_;
  std::array<Series*, kBatch> batch_;
  std::size_t size_ = 0;
  RetiredPtr removed_;  // series that were removed from the list while they were in the batch
};

}  // namespace narthex::detail
