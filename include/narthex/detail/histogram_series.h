#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include <narthex/detail/bucket_bounds.h>
#include <narthex/detail/creation_time.h>
#include <narthex/detail/exemplars.h>
#include <narthex/detail/heat.h>
#include <narthex/detail/histogram_cells.h>
#include <narthex/detail/series.h>
#include <narthex/detail/shard.h>
#include <narthex/exemplar_labels.h>

namespace narthex {
struct Bucket;
}

namespace narthex::detail {

// Invariants: an observation adds one to exactly one count, of the base or of its thread's cells. What a scrape calls
// `_count` and the +Inf bucket is the sum of the counts that this scrape read, so the two are equal however many
// writers are at work. When a series turns hot its base stays as it is: see CounterSeries.
//
// Series that count otherwise derive from it and have no cells here: their observations all leave the fast path.
class NARTHEX_EXPORT HistogramSeries : public Series {
 public:
  using Bounds = std::shared_ptr<const BucketBounds>;

  // Takes exemplars by itself if there is a source.
  HistogramSeries(Bounds bounds, const std::shared_ptr<const ExemplarSource>& source);
  HistogramSeries(const HistogramSeries&) = delete;
  HistogramSeries& operator=(const HistogramSeries&) = delete;
  ~HistogramSeries() override;

  void observe(double value) noexcept {
    if (has_flags()) return observe_with_flags(value);
    add(bounds_->bucket_of(value), value);
  }
  void observe(double value, ExemplarLabels exemplar) noexcept;
  void collect(Sink& sink) const override;

 protected:
  struct WithoutCells {};
  HistogramSeries(Bounds bounds, const std::shared_ptr<const ExemplarSource>& source, WithoutCells);

  virtual void add_without_cells(std::size_t bucket, double value) noexcept;
  // Before the counts are read: the observation of an exemplar is part of them.
  void copy_exemplars(ExemplarCopies& copies) const;
  // Adds the counts of all cells to as many buckets, each for itself; returns the sum.
  double read(std::span<Bucket> buckets) const noexcept;
  std::span<const double> bounds() const noexcept { return bounds_->bounds(); }
  CreationTime::Time created() const noexcept { return created_.time(); }

 private:
  void add(std::size_t bucket, double value) noexcept {
    if (HistogramCells* own = own_cells()) {
      own->add(bucket, value);
    } else {
      add_without_cells(bucket, value);
    }
  }
  // Returns this thread's cells, or null while it has none.
  HistogramCells* own_cells() const noexcept {
    // acquire: the cells of a slot are null before the slot is published
    const auto* cell = t_shard->histograms.find(slot_.load(std::memory_order_acquire));
    return cell ? cell->load(std::memory_order_relaxed) : nullptr;  // relaxed: this thread made them
  }
  HistogramCells* find_or_create_own_cells(Slot slot) const noexcept;
  void observe_with_flags(double value) noexcept;
  // Series without cells here are native ones.
  ExemplarShape exemplar_shape() const noexcept { return {bounds_->bounds().size() + 1, base_ == nullptr}; }

  const Bounds bounds_;
  Exemplars exemplars_;  // before the base, which would be lost if it failed
  HistogramCells* const base_;
  std::atomic<Slot> slot_{kCold};
  mutable Heat heat_;
  const CreationTime created_;
};

}  // namespace narthex::detail
