#pragma once

#include <array>
#include <cstddef>
#include <mutex>
#include <span>
#include <vector>

#include <narthex/detail/series.h>

#include "shards/hazards.h"

namespace narthex::detail {

// The series of one family, oldest first, and the scrapes that are walking them.
//
//   places_:   [ 0 ][ 1 ][ - ][ 3 ][ - ][ 5 ][ 6 ] ...         - was removed
//                     \_________/
//   cursor:            batch: 1 2 3, removed: 2                a scrape works on what it took, without the lock
//
// Invariants: a series knows its place. A series that stands in a cursor's batch is not retired before the cursor has
// moved on, whether it was removed or not. When most places are holes the others move together, and cursors with
// them, so that the memory is bounded by the series alive.
// Everything is guarded by the mutex of the table that the list is part of.
class SeriesList {
 public:
  class Cursor;

  // Makes room, so that the next add() cannot fail.
  void reserve_one();
  void add(Series* series) noexcept;
  bool has(const Series& series) const noexcept;
  // Takes a series out, whose retirement is given. Returns that, unless a scrape works on the series and sees to it.
  RetiredPtr remove(const Series& series, RetiredPtr retirement) noexcept;
  // Takes out a series that no scrape works on.
  void take_out(const Series& series) noexcept;

  // Returns the cursor that works on a series, or null.
  Cursor* cursor_on(const Series& series) const noexcept;

  std::size_t size() const noexcept { return size_; }
  std::span<Series* const> places() const noexcept { return places_; }
  // Returns the next places of an endless walk around the list: so many at most, and none beyond the end.
  std::span<Series* const> next_places(std::size_t most) noexcept;

 private:
  void close_holes() noexcept;

  std::vector<Series*> places_;  // null: a hole
  std::size_t size_ = 0;         // without the holes
  std::size_t hand_ = 0;         // where the next window begins
  std::vector<Cursor*> cursors_;
};

// One walk through what stands in the list when it begins: series that come meanwhile are left to the next one.
class SeriesList::Cursor {
 public:
  static constexpr std::size_t kBatch = 128;

  Cursor(SeriesList& list, std::mutex& mutex);
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;
  ~Cursor();

  // Returns the next series; empty at the end. They stay alive until the next call.
  std::span<Series* const> next() noexcept;

 private:
  friend class SeriesList;

  std::span<Series* const> batch() const noexcept { return {batch_.data(), size_}; }
  // Gives up the batch. Returns the removed series that no other cursor works on.
  RetiredPtr leave_batch() noexcept;

  SeriesList& list_;
  std::mutex& mutex_;
  std::size_t place_ = 0;  // where the next batch begins
  std::size_t end_;
  std::array<Series*, kBatch> batch_;
  std::size_t size_ = 0;
  RetiredPtr removed_;  // from the list, while they stood in the batch
};

}  // namespace narthex::detail
