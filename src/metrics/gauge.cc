#include <narthex/gauge.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <thread>

#include <narthex/sink.h>

#include "shards/promotion.h"

namespace narthex::detail {

namespace {

class GaugeKind final : public Kind {
 public:
  MetricType type() const noexcept override { return MetricType::gauge; }
  detail::Series* make_series(std::string_view labels) const override {
    return detail::Series::make<GaugeSeries>(labels);
  }
};

// Returns whether adding one to a cell changes it by one. Cells keep earlier increments although the gauge was set
// since, and a huge, infinite, or NaN sum would lose new increments.
bool cells_take_units(Slot slot) noexcept {
  constexpr double kLimit = 4'503'599'627'370'496;  // 2^52
  bool all = true;
  for_each_cell(slot, [&all](double amount) { all = all && std::abs(amount) < kLimit; });
  return all;
}

}  // namespace

GaugeSeries::~GaugeSeries() { release_sum_slot(slot_); }

void GaugeSeries::inc_without_cell(double amount) noexcept {
  const Slot state = state_.load(std::memory_order_acquire);  // acquire: as in inc
  if (state < kFirstSlot) {
    if (heat_.add(add_atomically(base_, amount))) promote();
  } else if (std::atomic<double>* cell = own_sum_cell(state)) {
    add_to_own(*cell, amount);
  } else {
    add_atomically(base_, amount);
  }
}

void GaugeSeries::promote() noexcept {
  Slot cold = kCold;
  // acquire: sees slot_ of the last promotion; every change of the state since was a read-modify-write or was made by a
  // promotion, so that this one synchronizes with it. Until the state changes again only this thread writes slot_ and
  // offset_.
  if (!state_.compare_exchange_strong(cold, kPromoting, std::memory_order_acquire, std::memory_order_relaxed)) return;
  if (slot_ == kCold) slot_ = sum_slots.try_acquire();
  if (slot_ == kCold || !cells_take_units(slot_)) {
    state_.store(kCold, std::memory_order_release);  // release: slot_, to the next promotion
    return;
  }
  offset_.store(sum_of_cells(slot_), std::memory_order_release);  // release: see value()
  promotions_.fetch_add(1, std::memory_order_release);            // release: a reader that sees it sees the offset
  Slot promoting = kPromoting;
  // release: zeroed cells and the two above. A set() in between has spoiled the promotion: its thread may have added to
  // its cell in an earlier hot period, and the offset may lack that amount.
  if (!state_.compare_exchange_strong(promoting, slot_, std::memory_order_release, std::memory_order_relaxed)) {
    state_.store(kCold, std::memory_order_release);
  }
}

void GaugeSeries::settle(double value) noexcept {
  // A write that changes nothing: what this thread has added to its cell comes before any later promotion.
  Slot state = state_.fetch_or(0, std::memory_order_acq_rel);
  // relaxed, both: the stores to the base and to the state below release
  if (state == kPromoting) state_.compare_exchange_strong(state, kSpoiled, std::memory_order_relaxed);
  if (state >= kFirstSlot) state_.compare_exchange_strong(state, kSettling, std::memory_order_relaxed);
  base_.store(value,
              std::memory_order_release);  // release: a reader that sees the value also sees the change of the state
  // The first of several concurrent sets that gets here ends the settling for all of them: none waits for another.
  Slot settling = kSettling;
  state_.compare_exchange_strong(settling, kCold, std::memory_order_release, std::memory_order_relaxed);
}

double GaugeSeries::value() const noexcept {
  constexpr int kSpins = 100;        // a set() needs a few instructions between its steps,
  constexpr int kAttempts = 10'000;  // unless its thread is suspended; in the child of a fork, permanently
  for (int attempt = 1; attempt < kAttempts; ++attempt) {
    if (attempt > kSpins) std::this_thread::yield();
    // acquire, all, cells too: later reads stay later
    const Slot state = state_.load(std::memory_order_acquire);
    if (state == kSettling) continue;
    const std::uint32_t promotions = promotions_.load(std::memory_order_acquire);
    const double base = base_.load(std::memory_order_acquire);
    if (state < kFirstSlot) return base;
    const double value = base + (sum_of_cells(state) - offset_.load(std::memory_order_acquire));
    // The same promotion and base before and after: base and offset belong together.
    if (state_.load(std::memory_order_acquire) == state && promotions_.load(std::memory_order_acquire) == promotions &&
        std::bit_cast<std::uint64_t>(base_.load(std::memory_order_acquire)) == std::bit_cast<std::uint64_t>(base)) {
      return value;
    }
  }
  return base_.load(std::memory_order_relaxed);
}

void GaugeSeries::collect(Sink& sink) const {
  heat_.cool();
  sink.gauge(labels(), value());
}

std::unique_ptr<Kind> make_kind(const GaugeOptions&) { return std::make_unique<GaugeKind>(); }

}  // namespace narthex::detail
