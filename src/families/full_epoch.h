#pragma once

#include <atomic>
#include <cstdint>

namespace narthex::detail {

// Lets a lookup find out without the mutex that a family is full and does not contain the series.
//
//   epoch_:   0 -----------> 1 -------------> 0 -----------> 2 -----------> ...
//             not full       full             not full       full again
//
// Invariants: each full epoch has its own number. An epoch begins after the series that fills the family was inserted,
// and ends before a series is removed. So a lookup that reads the same number before and after a miss knows that no
// series came or went in between. Writers hold the mutex of the family.
class FullEpoch {
 public:
  static constexpr std::uint32_t kNotFull = 0;

  // Returns the number of this epoch, or kNotFull.
  std::uint32_t current() const noexcept {
    return epoch_.load(std::memory_order_acquire);  // acquire: what the lookup reads afterwards is read later
  }
  // Whether the epoch of a number from current() has not ended.
  bool is_still(std::uint32_t epoch) const noexcept {
    return epoch_.load(std::memory_order_relaxed) == epoch;  // relaxed: a missing series was read before, see end()
  }

  void begin() noexcept {
    if (epoch_.load(std::memory_order_relaxed) != kNotFull) return;  // relaxed: only writers change it
    if (++last_ == kNotFull) ++last_;
    epoch_.store(last_, std::memory_order_release);  // release: comes after the series that filled the family
  }
  void end() noexcept {
    epoch_.store(kNotFull, std::memory_order_relaxed);  // relaxed: the removal of the series is a release
  }

 private:
  std::atomic<std::uint32_t> epoch_{kNotFull};
  std::uint32_t last_ = 0;
};

}  // namespace narthex::detail
