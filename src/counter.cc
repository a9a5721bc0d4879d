#include <narthex/counter.h>

#include <string_view>

#include <narthex/sink.h>

#include "promotion.h"

namespace narthex::detail {

namespace {

class CounterKind final : public Kind {
 public:
  MetricType type() const noexcept override { return MetricType::counter; }
  std::string_view ending() const noexcept override { return "_total"; }
  detail::Series* make_series(std::string_view labels) const override {
    return detail::Series::make<CounterSeries>(labels);
  }
};

}  // namespace

CounterSeries::~CounterSeries() {
  give_back_sum_slot(slot_.load(std::memory_order_relaxed));
}  // relaxed: the last user

void CounterSeries::inc_without_cell(double amount) noexcept {
  const Slot slot = slot_.load(std::memory_order_acquire);  // acquire: as in inc
  if (slot < kFirstSlot) {
    if (heat_.add(add_atomically(base_, amount))) promote(slot_, sum_slots);
  } else if (std::atomic<double>* cell = own_sum_cell(slot)) {
    add_to_own(*cell, amount);
  } else {
    add_atomically(base_, amount);
  }
}

double CounterSeries::value() const noexcept {
  // relaxed, the base: each term only grows, and no thread reads a variable backwards
  return base_.load(std::memory_order_relaxed) + sum_of_cells(slot_.load(std::memory_order_acquire));
}

void CounterSeries::collect(Sink& sink) const {
  heat_.cool();
  sink.counter(labels(), {value(), created_.time()});
}

std::unique_ptr<Kind> make_kind(const CounterOptions&) { return std::make_unique<CounterKind>(); }

}  // namespace narthex::detail
