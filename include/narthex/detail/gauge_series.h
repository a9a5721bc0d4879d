#pragma once

#include <atomic>
#include <cmath>

#include <narthex/detail/export.h>
#include <narthex/detail/heat.h>
#include <narthex/detail/series.h>
#include <narthex/detail/shard.h>

namespace NARTHEX_VISIBILITY narthex {
namespace detail {

// The current value. Like a counter it has a base, and a cell for each thread while it is incremented often. Unlike a
// counter it can be set, which makes it cold again: then the base is the whole value.
//
//                      inc, often                  cells are added up
//            +--> kCold ---------> kPromoting ----------------------> hot: a slot --+
//            |      ^                   | set, meanwhile                            | set
//            |      +---- kSpoiled <----+                                           v
//            +----------------------------------------------------------------- kSettling
//                                       base_ = value
//
// Invariants: in all states but hot and kSettling the value is base_, so that a value that was set is read back
// exactly. Hot, the value is base_ + (cells - offset_), where offset_ is the sum of the cells when the gauge turned
// hot. Cells are not zeroed while the series exists, because only their threads may write them. A concurrent set and
// increment take effect one after the other; an increment that writes its cell while a set completes comes before the
// set.
class NARTHEX_EXPORT GaugeSeries final : public Series {
 public:
  GaugeSeries() = default;
  GaugeSeries(const GaugeSeries&) = delete;
  GaugeSeries& operator=(const GaugeSeries&) = delete;
  ~GaugeSeries() override;

  void set(double value) noexcept {
    mark_accessed();
    // relaxed: a thread with a cell of this gauge has seen a promotion
    if (promotions_.load(std::memory_order_relaxed) != 0) return settle(value);
    base_.store(value, std::memory_order_release);  // release: see value()
  }
  void inc(double amount) noexcept {
    if (std::isnan(amount)) return count_rejected_update();  // the gauge would stay NaN
    mark_accessed();
    // acquire: the cells of a slot are zero before the slot is published
    if (std::atomic<double>* cell = t_shard->sums.find(state_.load(std::memory_order_acquire))) {
      // relaxed: only this thread writes the cell
      cell->store(cell->load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
    } else {
      inc_without_cell(amount);
    }
  }
  double value() const noexcept;
  void collect(Sink& sink) const override;

 private:
  static constexpr Slot kSettling = 2;
  static constexpr Slot kSpoiled = 3;

  void inc_without_cell(double amount) noexcept;
  void promote() noexcept;
  void settle(double value) noexcept;

  std::atomic<double> base_{0};
  std::atomic<double> offset_{0};
  std::atomic<Slot> state_{kCold};            // or the slot
  std::atomic<std::uint32_t> promotions_{0};  // so that a reader distinguishes a new hot state from an old one
  Slot slot_ = kCold;                         // acquired at the first promotion, then kept; written in kPromoting
  mutable Heat heat_;
};

}  // namespace detail
}  // namespace narthex
