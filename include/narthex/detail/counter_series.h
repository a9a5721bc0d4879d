#pragma once

#include <atomic>

#include <narthex/detail/creation_time.h>
#include <narthex/detail/exemplars.h>
#include <narthex/detail/export.h>
#include <narthex/detail/heat.h>
#include <narthex/detail/series.h>
#include <narthex/detail/shard.h>
#include <narthex/exemplar_labels.h>

namespace NARTHEX_VISIBILITY narthex {
namespace detail {

// A sum that only increases: base_ + the cell of each thread.
//
//   cold   slot_ = kCold    all threads add to base_, atomically
//   hot    slot_ = a slot   each thread adds to its own cell, by plain loads and stores; without a cell, to base_
//
// Invariant: the value is always base_ plus the cells. A series that turns hot keeps its base, and never turns cold
// again. All terms only increase and are summed in one order, so that no scrape reads less than an earlier one.
class NARTHEX_EXPORT CounterSeries final : public Series {
 public:
  // With a source, plain updates store exemplars.
  explicit CounterSeries(const ExemplarSource& source);
  CounterSeries(const CounterSeries&) = delete;
  CounterSeries& operator=(const CounterSeries&) = delete;
  ~CounterSeries() override;

  void inc(double amount) noexcept {
    if (!(amount >= 0)) return count_rejected_update();  // written so that NaN is rejected too
    if (has_flags()) return inc_with_flags(amount);
    add(amount);
  }
  void inc(double amount, ExemplarLabels exemplar) noexcept;
  double value() const noexcept;
  // Starts again from 0. An update of another thread at the same time may bring its old amounts back.
  void reset() noexcept;
  void collect(Sink& sink) const override;

 private:
  void add(double amount) noexcept {
    // acquire: the cells of a slot are zero before the slot is published
    if (std::atomic<double>* cell = t_shard->cells.find<double>(slot_.load(std::memory_order_acquire))) {
      // relaxed: only this thread writes the cell, and a sum orders nothing else
      cell->store(cell->load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
    } else {
      add_without_cell(amount);
    }
  }
  void inc_with_flags(double amount) noexcept;
  void add_without_cell(double amount) noexcept;
  [[gnu::noinline]] void collect_with_exemplar(Sink& sink) const;

  std::atomic<double> base_{0};
  std::atomic<Slot> slot_{kCold};
  mutable Heat heat_;
  Exemplars exemplars_;
  CreationTime created_;
};

}  // namespace detail
}  // namespace narthex
