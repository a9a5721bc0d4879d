#include "families/closed_series.h"

namespace narthex::detail {

ClosedSeries::~ClosedSeries() {
  for (const std::atomic<Series*>& element : created_) {
    // relaxed: no other thread uses the family any more
    if (const Series* series = element.load(std::memory_order_relaxed)) series->release();
  }
}

Series* ClosedSeries::show_overflow() noexcept {
  // relaxed, twice: a scrape may come one update later
  if (!overflow_is_shown_.load(std::memory_order_relaxed)) overflow_is_shown_.store(true, std::memory_order_relaxed);
  return created_[overflow_index()].load(std::memory_order_relaxed);  // relaxed: set before the family is shared
}

const Series* ClosedSeries::shown_overflow() const noexcept {
  if (!overflow_is_shown_.load(std::memory_order_relaxed)) return nullptr;  // relaxed: as above
  return created_[overflow_index()].load(std::memory_order_relaxed);        // relaxed: as above
}

}  // namespace narthex::detail
