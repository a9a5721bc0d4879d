#include <narthex/counter.h>

#include <string_view>
#include <utility>

#include <narthex/sink.h>

#include "exemplars/exemplar_copies.h"
#include "shards/promotion.h"

namespace narthex::detail {

namespace {

class CounterKind final : public Kind {
 public:
  MetricType type() const noexcept override { return MetricType::counter; }
  detail::Series* make_series(std::string_view labels) const override {
    return detail::Series::make<CounterSeries>(labels, exemplars_);
  }
  void use(const ExemplarSource& source) noexcept override { exemplars_ = source; }

 private:
  ExemplarSource exemplars_;
};

constexpr ExemplarShape kOneSlot{1};

}  // namespace

CounterSeries::CounterSeries(const ExemplarSource& source) : exemplars_(kOneSlot, source) {
  if (source) set_flag(kNeedsExemplar);
}

CounterSeries::~CounterSeries() { release_sum_slot(slot_.load(std::memory_order_relaxed)); }  // relaxed: the last user

void CounterSeries::inc(double amount, ExemplarLabels exemplar) noexcept {
  if (!(amount >= 0)) return count_rejected_update();
  mark_accessed();
  add(amount);
  exemplars_.store(kOneSlot, 0, amount, exemplar);
}

void CounterSeries::inc_with_flags(double amount) noexcept {
  mark_accessed();
  add(amount);
  if (has_flag(kNeedsExemplar) && !exemplars_.offer(0, amount)) clear_flag(kNeedsExemplar);
}

void CounterSeries::add_without_cell(double amount) noexcept {
  const Slot slot = slot_.load(std::memory_order_acquire);  // acquire: as in add
  if (slot < kFirstSlot) {
    if (heat_.add(add_atomically(base_, amount))) promote(slot_, sum_slots);
  } else if (std::atomic<double>* cell = own_sum_cell(slot)) {
    add_to_own(*cell, amount);
  } else {
    add_atomically(base_, amount);
  }
}

double CounterSeries::value() const noexcept {
  // relaxed, the base: each term only increases, and a thread never reads an older value of a variable
  return base_.load(std::memory_order_relaxed) + sum_of_cells(slot_.load(std::memory_order_acquire));
}

void CounterSeries::reset() noexcept {
  base_.store(0, std::memory_order_relaxed);              // relaxed: as in add()
  zero_sum_cells(slot_.load(std::memory_order_acquire));  // acquire: as in add()
  created_.restart();
}

void CounterSeries::collect(Sink& sink) const {
  heat_.cool();
  if (!exemplars_.is_empty()) return collect_with_exemplar(sink);
  sink.counter(labels(), {value(), created_.time()});
}

void CounterSeries::collect_with_exemplar(Sink& sink) const {
  ExemplarCopies exemplars;  // before the value, which then includes the amount of the exemplar
  if (exemplars_.copy_to(exemplars)) set_flag(kNeedsExemplar);
  sink.counter(labels(), {value(), created_.time(), exemplars.at(0)});
}

std::unique_ptr<Kind> make_kind(const CounterOptions&) { return std::make_unique<CounterKind>(); }

}  // namespace narthex::detail
