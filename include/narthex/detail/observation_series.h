#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <narthex/detail/bucket_bounds.h>
#include <narthex/detail/creation_time.h>
#include <narthex/detail/exemplars.h>
#include <narthex/detail/export.h>
#include <narthex/detail/histogram_cells.h>
#include <narthex/detail/series.h>
#include <narthex/detail/shard.h>
#include <narthex/detail/signed_sum.h>
#include <narthex/exemplar_labels.h>

namespace NARTHEX_VISIBILITY narthex {
namespace detail {

class CompensatedSum;

struct ObservationTotals {
  std::uint64_t count = 0;
  double sum = 0;
};

// A series of observations: the base of histograms, native histograms, and summaries.
//
//   the thread has HistogramCells in slot_    they count the value: two plain loads and stores
//   else                                      the kind counts it
//   the series has observed a negative value  the sum is in signed_sum_, the count as above
//
// slot_ belongs to the kind. A kind that does not count in HistogramCells leaves it cold.
class NARTHEX_EXPORT ObservationSeries : public Series {
 public:
  using Bounds = std::shared_ptr<const BucketBounds>;

  void observe(double value) noexcept {
    if (has_flags() || value < 0) return observe_with_flags(value);
    add(bounds_->bucket_of(value), value, value, 1);
  }
  // Observes a value several times.
  void observe(double value, std::uint64_t number) noexcept;
  void observe(double value, ExemplarLabels exemplar) noexcept;
  // Adds observations that are counted already: for each classic bucket their number, and the sum of all. A series
  // without classic buckets ignores them.
  virtual void observe_counted(std::span<const std::uint64_t> counts, double sum) noexcept;
  // Starts again without observations. An observation of another thread at the same time may bring its old ones back. A
  // series without classic buckets ignores it.
  virtual void reset() noexcept;
  // Returns the number and the sum of all observations.
  virtual ObservationTotals totals() const noexcept = 0;
  // Returns a quantile of the observations: see Histogram and Summary.
  virtual double quantile(double quantile) const = 0;
  // The upper bounds of the classic buckets, without +Inf.
  std::span<const double> bounds() const noexcept { return bounds_->bounds(); }

 protected:
  enum class Buckets : bool { classic, native };

  // With a source, plain updates store exemplars; those of native buckets too, if there are any.
  ObservationSeries(Bounds bounds, const ExemplarSource& source, Buckets buckets);

  // Counts a value while a flag is set, or a negative one.
  virtual void observe_with_flags(double value) noexcept;
  // Does what add() does. The thread has no cells, or is about to create them.
  virtual void add_without_cells(std::size_t bucket, double value, double amount, std::uint64_t number) noexcept = 0;
  // Adds the sum of observations to signed_sum_ and returns true, if the series has observed a negative value.
  bool add_signed_sum(double sum) noexcept;
  // Sets the sum of signed_sum_ to 0, and the creation time to now.
  void restart() noexcept;

  // Counts a value that belongs to a bucket of the bounds a number of times, and adds an amount to the sum.
  void add(std::size_t bucket, double value, double amount, std::uint64_t number) noexcept {
    if (HistogramCells* own = own_cells()) {
      own->add(bucket, amount, number);
    } else {
      add_without_cells(bucket, value, amount, number);
    }
  }
  // Returns the sum of all values from the sums that the kind has.
  double total(CompensatedSum sums) const noexcept;

  // Must come before the counts are read, which then include the observation of each exemplar.
  void copy_exemplars(ExemplarCopies& copies) const;
  std::size_t number_of_counts() const noexcept { return bounds_->number_of_counts(); }
  CreationTime::Time created() const noexcept { return created_.time(); }

 private:
  // Returns the cells of this thread, or null while it has none.
  HistogramCells* own_cells() const noexcept {
    // acquire: the cells of a slot are null before the slot is published
    const auto* cell = t_shard->cells.find<HistogramCells*>(slot_.load(std::memory_order_acquire));
    return cell ? cell->load(std::memory_order_relaxed) : nullptr;  // relaxed: this thread created them
  }
  void add_signed(std::size_t bucket, double value, std::uint64_t number) noexcept;
  ExemplarShape exemplar_shape() const noexcept { return {bounds().size() + 1, buckets_ == Buckets::native}; }

  const Bounds bounds_;
  const Buckets buckets_;
  Exemplars exemplars_;
  SignedSum signed_sum_;

 protected:
  std::atomic<Slot> slot_{kCold};

 private:
  CreationTime created_;
};

}  // namespace detail
}  // namespace narthex
