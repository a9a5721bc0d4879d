#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

#include <narthex/detail/series.h>

#include "families/full_epoch.h"
#include "families/idle_timeout.h"
#include "families/series_index.h"
#include "families/series_list.h"

namespace narthex::detail {

// Evicts the idle series of one family. It inspects the list as the CLOCK algorithm does:
//
//   list:   [ held ][ accessed ][ idle ][ accessed ] ...
//                   ^ hand: clears the flag of accessed series, evicts idle ones, moves on; at the end it starts again
//
// An idle series is marked in the index. One fence follows for all marked series. A series is in use if a hazard or a
// second reference exists, if it was accessed, or if a scrape has it in its batch. It is unmarked then, and evicted
// otherwise. A lookup never waits: it unmarks the series that it finds. A lookup in a full family reads the address of the
// overflow series instead of the index, and the address has no mark. So the evictor sets the address to null before the
// fence, and restores it if it does not evict the series.
// Invariant: a series that is evicted is in no index, no list, no hazard, and no handle, and no update of it is lost.
// All functions are called under the mutex of the family, unless they say otherwise.
class Evictor {
 public:
  // The largest number of positions that one call inspects.
  static constexpr std::size_t kWindow = 256;

  // Evicted series. They are released in the destructor, which must run without the mutex.
  class Evicted {
   public:
    Evicted() = default;
    Evicted(const Evicted&) = delete;
    Evicted& operator=(const Evicted&) = delete;
    ~Evicted() {
      for (const Series* series : all()) series->release();
    }

    void add(const Series* series) noexcept { series_[size_++] = series; }
    std::span<const Series* const> all() const noexcept { return std::span(series_).first(size_); }

   private:
    std::array<const Series*, kWindow> series_;
    std::size_t size_ = 0;
  };

  // `overflow` leads lookups to the overflow series without the index.
  Evictor(SeriesIndex& index, SeriesList& list, FullEpoch& full_epoch, std::atomic<Series*>& overflow,
          std::chrono::milliseconds idle_timeout) noexcept
      : index_(index), list_(list), full_epoch_(full_epoch), overflow_(overflow), timeout_(idle_timeout) {}

  bool is_on() const noexcept { return timeout_.is_on(); }
  // Starts the idle time of a new series. For any thread.
  void start(Series& series) const noexcept { timeout_.start(series); }

  // Inspects the next positions: at most `max`, and none behind the end of the list. Returns their number.
  std::size_t inspect(std::size_t max, Evicted& evicted) noexcept;
  // Inspects kWindow positions.
  void inspect_window(Evicted& evicted) noexcept;

  // Counts an insertion. Returns true if kPeriod insertions have followed the last inspect_window(), which is due then.
  // So there are four inspections for each insertion. This bounds the family without scrapes: the number of series that
  // are not in use is at most twice the number of insertions during the timeout.
  bool is_due_after_insertion() noexcept { return ++insertions_ >= kPeriod; }
  // Counts a lookup that found no series in a full family, which has no insertions. Returns true once in kPeriod
  // misses: inspect_window() is due then. For any thread.
  bool is_due_after_miss() noexcept { return is_on() && count_miss(); }

 private:
  static constexpr std::size_t kPeriod = kWindow / 4;

  bool count_miss() noexcept;

  SeriesIndex& index_;
  SeriesList& list_;
  FullEpoch& full_epoch_;
  std::atomic<Series*>& overflow_;
  const IdleTimeout timeout_;
  std::size_t insertions_ = 0;
  std::atomic<std::uint32_t> misses_{0};
};

}  // namespace narthex::detail
