#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <narthex/detail/heat.h>
#include <narthex/detail/observation_series.h>
#include <narthex/sink.h>

namespace narthex::detail {

// A histogram with classic buckets. A summary without quantiles is one without bounds.
//
// Invariants: an observation adds one to exactly one count, of the base or of the cells of its thread. A scrape serves
// the sum of the counts that it read as `_count` and as the +Inf bucket, so that the two are equal under any load. A
// series that turns hot keeps its base: see CounterSeries.
class HistogramSeries : public ObservationSeries {
 public:
  HistogramSeries(Bounds bounds, const ExemplarSource& source);
  HistogramSeries(const HistogramSeries&) = delete;
  HistogramSeries& operator=(const HistogramSeries&) = delete;
  ~HistogramSeries() override;

  void observe_counted(std::span<const std::uint64_t> counts, double sum) noexcept override;
  void reset() noexcept override;
  void collect(Sink& sink) const override;
  ObservationTotals totals() const noexcept override;
  double quantile(double quantile) const override;

 protected:
  // Adds the counts of all cells to as many buckets, without accumulating them; returns the sum.
  double read(std::span<Bucket> buckets) const noexcept;
  // A scrape calls this, so that only frequent observations turn the series hot.
  void cool() const noexcept { heat_.cool(); }

 private:
  void add_without_cells(std::size_t bucket, double value, double amount, std::uint64_t number) noexcept override;
  HistogramCells* find_or_create_own_cells(Slot slot) const noexcept;

  HistogramCells* const base_;
  mutable Heat heat_;
};

}  // namespace narthex::detail
