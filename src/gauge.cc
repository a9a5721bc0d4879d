#include <narthex/gauge.h>

#include <cmath>

#include <narthex/sink.h>

#include "promotion.h"

namespace narthex::detail {

namespace {

class GaugeKind final : public Kind {
 public:
  MetricType type() const noexcept override { return MetricType::gauge; }
  detail::Series* make_series(std::string_view labels) const override {
    return detail::Series::make<GaugeSeries>(labels);
  }
};

}  // namespace

GaugeSeries::~GaugeSeries() { give_back_sum_slot(slot_); }

void GaugeSeries::inc_without_cell(double amount) noexcept {
  const Slot state = state_.load(std::memory_order_acquire);  // acquire: as in inc
  if (state < kFirstSlot) {
    if (heat_.add(add_atomically(base_, amount))) promote();
  } else if (std::atomic<double>* cell = own_sum_cell(state)) {
    // relaxed: as in inc
    cell->store(cell->load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  } else {
    add_atomically(base_, amount);
  }
}

void GaugeSeries::promote() noexcept {
  Slot cold = kCold;
  // acquire: slot_ as the last promotion left it; every change of the state since was a read-modify-write, so that this
  // one synchronizes with that store. Until the state changes again only this thread writes slot_ and offset_.
  if (!state_.compare_exchange_strong(cold, kPromoting, std::memory_order_acquire, std::memory_order_relaxed)) return;
  if (slot_ == kCold) slot_ = sum_slots.try_take();
  const double held = sum_of_cells(slot_);
  if (slot_ == kCold || !std::isfinite(held)) {      // infinite cells would make every value NaN
    state_.store(kCold, std::memory_order_release);  // release: slot_, to the next promotion
    return;
  }
  promotions_.fetch_add(1, std::memory_order_relaxed);  // relaxed: published by the state
  offset_.store(held, std::memory_order_relaxed);       // relaxed: as above
  state_.store(slot_, std::memory_order_release);       // release: zeroed cells and the two above
}

void GaugeSeries::settle(double value) noexcept {
  Slot state = state_.load(std::memory_order_relaxed);  // relaxed: the exchange looks again
  if (state >= kFirstSlot) state_.compare_exchange_strong(state, kSettling, std::memory_order_relaxed);
  base_.store(value, std::memory_order_release);  // release: a reader that sees the value sees the state change, too
  // Whoever comes to the end first ends it for all that set at the same moment: none waits for another.
  Slot settling = kSettling;
  state_.compare_exchange_strong(settling, kCold, std::memory_order_release, std::memory_order_relaxed);
}

double GaugeSeries::value() const noexcept {
  constexpr int kAttempts = 100;  // between the steps of a set lie a few instructions, unless its thread is suspended
  for (int attempt = 1; attempt < kAttempts; ++attempt) {
    // acquire, all: what is read further down is read later
    const Slot state = state_.load(std::memory_order_acquire);
    if (state == kSettling) continue;
    const std::uint32_t promotions = promotions_.load(std::memory_order_acquire);
    const double base = base_.load(std::memory_order_acquire);
    if (state < kFirstSlot) return base;
    const double value = base + (sum_of_cells(state) - offset_.load(std::memory_order_acquire));
    // The same promotion before and after: base and offset belong together.
    if (state_.load(std::memory_order_acquire) == state && promotions_.load() == promotions) return value;
  }
  return base_.load(std::memory_order_relaxed);
}

void GaugeSeries::collect(Sink& sink) const {
  heat_.cool();
  sink.gauge(labels(), value());
}

std::unique_ptr<Kind> make_kind(const GaugeOptions&) { return std::make_unique<GaugeKind>(); }

}  // namespace narthex::detail
