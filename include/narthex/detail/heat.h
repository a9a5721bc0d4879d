#pragma once

#include <atomic>
#include <cstdint>

#include <narthex/detail/export.h>

namespace NARTHEX_VISIBILITY narthex {
namespace detail {

// Counts the updates of a series' base since the last scrape, or since the last read of a gauge. It decides when each
// thread gets a cell for the series. Cells cost memory in every thread and time in every scrape, so a series gets them
// only when it is hot: after thousands of updates, or fewer if threads contend for the base.
class Heat {
 public:
  // Counts one update of the base. Returns true if the series is hot, and starts again from 0.
  bool add(bool was_contended) noexcept {
    // relaxed, load and store: a count that another thread overwrites only delays the promotion
    const std::uint32_t heat = heat_.load(std::memory_order_relaxed) + (was_contended ? kContended : 1);
    heat_.store(heat < kHot ? heat : 0, std::memory_order_relaxed);
    return heat >= kHot;
  }
  // A scrape and a read of a gauge call this. Counts from 0 again.
  void cool() noexcept {
    if (heat_.load(std::memory_order_relaxed) != 0) heat_.store(0, std::memory_order_relaxed);  // relaxed: as above
  }

 private:
  static constexpr std::uint32_t kHot = 4096;  // atomic additions of about 40 us
  static constexpr std::uint32_t kContended = 64;

  std::atomic<std::uint32_t> heat_{0};
};

}  // namespace detail
}  // namespace narthex
