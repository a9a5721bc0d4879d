#include <narthex/detail/observation_series.h>

#include <cmath>
#include <utility>

#include "base/compensated_sum.h"
#include "exemplars/exemplar_copies.h"

namespace narthex::detail {

ObservationSeries::ObservationSeries(Bounds bounds, const ExemplarSource& source, Buckets buckets)
    : bounds_(std::move(bounds)), buckets_(buckets), exemplars_(exemplar_shape(), source) {
  if (source) set_flag(kNeedsExemplar);
}

void ObservationSeries::observe(double value, ExemplarLabels exemplar) noexcept {
  mark_accessed();
  const std::size_t bucket = bounds_->bucket_of(value);
  add_signed(bucket, value, 1);
  if (!std::isnan(value)) exemplars_.store(exemplar_shape(), bucket, value, exemplar);
}

void ObservationSeries::observe_with_flags(double value) noexcept { observe(value, 1); }

void ObservationSeries::observe(double value, std::uint64_t number) noexcept {
  if (number == 0) return;
  mark_accessed();
  const std::size_t bucket = bounds_->bucket_of(value);
  add_signed(bucket, value, number);
  if (has_flag(kNeedsExemplar) && !std::isnan(value) && !exemplars_.offer(bucket, value)) clear_flag(kNeedsExemplar);
}

void ObservationSeries::observe_counted(std::span<const std::uint64_t> /*counts*/, double /*sum*/) noexcept {}

void ObservationSeries::reset() noexcept {}

void ObservationSeries::restart() noexcept {
  signed_sum_.sum.store(0, std::memory_order_relaxed);  // relaxed, both: as the sums of HistogramCells
  signed_sum_.error.store(0, std::memory_order_relaxed);
  created_.restart();
}

bool ObservationSeries::add_signed_sum(double sum) noexcept {
  if (sum < 0) set_flag(kHasNegative);
  if (!has_flag(kHasNegative)) return false;
  signed_sum_.add(sum);
  return true;
}

void ObservationSeries::add_signed(std::size_t bucket, double value, std::uint64_t number) noexcept {
  const double amount = value * static_cast<double>(number);
  add(bucket, value, add_signed_sum(amount) ? 0 : amount, number);
}

// Without negative values every sum only increases, so that the rounded total does not decrease: Prometheus would take
// a decrease for a counter reset.
double ObservationSeries::total(CompensatedSum sums) const noexcept {
  if (!has_flag(kHasNegative)) return sums.rounded();
  sums.add(signed_sum_.sum.load(std::memory_order_relaxed));  // relaxed, both: as the sums of HistogramCells
  sums.add(signed_sum_.error.load(std::memory_order_relaxed));
  return sums.exact();
}

void ObservationSeries::copy_exemplars(ExemplarCopies& copies) const {
  if (!exemplars_.is_empty() && exemplars_.copy_to(copies)) set_flag(kNeedsExemplar);
}

}  // namespace narthex::detail
