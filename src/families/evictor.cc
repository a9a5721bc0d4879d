#include "families/evictor.h"

#include "shards/hazards.h"

namespace narthex::detail {

std::size_t Evictor::inspect(std::size_t max, Evicted& evicted) noexcept {
  struct Marked {
    Series* series;
    std::size_t index;
  };
  std::array<Marked, kWindow> all_marked;
  std::size_t size = 0;
  const std::span positions = list_.advance_hand(max);
  const std::size_t inspected = positions.size();  // read here, because erase() may invalidate the span
  const IdleTimeout::Time now = IdleTimeout::now();
  Series* const overflow = overflow_.load(std::memory_order_relaxed);  // relaxed: changes under the mutex
  for (Series* series : positions) {
    // relaxed: a first test, the one behind the fence decides
    if (series && timeout_.is_idle(*series, now) && series->references_.load(std::memory_order_relaxed) == 1) {
      // Lookups find it through the index, and unmark it. seq_cst: the remover's step 1 in hazards.h
      if (series == overflow) overflow_.store(nullptr, std::memory_order_seq_cst);
      all_marked[size++] = {series, index_.mark_for_eviction(series)};
    }
  }
  if (size == 0) return inspected;

  // A thread that finds a series from here on unmarks it. A thread that found it before has a hazard; or it has cleared
  // the hazard, and before that it has taken a reference or marked the series as accessed.
  const HazardsInUse hazards;
  for (const auto& [series, index] : std::span(all_marked).first(size)) {
    // acquire: the uses of the thread that released its reference come before the deletion
    const bool is_in_use = hazards.have(series) || series->references_.load(std::memory_order_acquire) != 1 ||
                           series->was_accessed() || list_.cursor_on(*series);
    if (is_in_use) {
      index_.unmark(series, index);
    } else {
      full_epoch_.end();
    }
    if (is_in_use || !index_.evict(series, index)) {
      // release: as in SeriesIndex::store()
      if (series == overflow) overflow_.store(series, std::memory_order_release);
      continue;
    }
    list_.erase(*series);
    evicted.add(series);
  }
  return inspected;
}

void Evictor::inspect_window(Evicted& evicted) noexcept {
  insertions_ = 0;
  if (!is_on()) return;
  const std::size_t to_the_end = inspect(kWindow, evicted);
  inspect(kWindow - to_the_end, evicted);
}

bool Evictor::count_miss() noexcept {
  // relaxed, load and store: a miss that another thread overwrites only delays the inspection
  const std::uint32_t misses = misses_.load(std::memory_order_relaxed) + 1;
  misses_.store(misses, std::memory_order_relaxed);
  return misses % kPeriod == 0;
}

}  // namespace narthex::detail
