#pragma once

#include <atomic>
#include <cstdint>

namespace narthex::detail {

// How busy the base of a series is between two scrapes: what decides that each thread gets a cell for it. Cells cost
// every thread memory and every scrape time, so a series earns them: by thousands of updates, or by threads that were
// seen to get in each other's way.
class Heat {
 public:
  // Counts one update of the base. Returns true when the series is hot.
  bool add(bool was_contended) noexcept {
    // relaxed, load and store: counts that get lost between threads do no harm
    const std::uint32_t heat = heat_.load(std::memory_order_relaxed) + (was_contended ? kContended : 1);
    heat_.store(heat < kHot ? heat : 0, std::memory_order_relaxed);
    return heat >= kHot;
  }
  // A scrape has come: counts anew.
  void cool() noexcept {
    if (heat_.load(std::memory_order_relaxed) != 0) heat_.store(0, std::memory_order_relaxed);  // relaxed: as above
  }

 private:
  static constexpr std::uint32_t kHot = 4096;  // 40 us of atomic additions, between two scrapes
  static constexpr std::uint32_t kContended = 64;

  std::atomic<std::uint32_t> heat_{0};
};

}  // namespace narthex::detail
