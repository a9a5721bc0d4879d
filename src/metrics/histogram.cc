#include <narthex/histogram.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string_view>

#include <fmt/format.h>
#include <narthex/sink.h>

#include "base/compensated_sum.h"
#include "base/infinity.h"
#include "base/joined.h"
#include "exemplars/exemplar_copies.h"
#include "metrics/checked_bounds.h"
#include "metrics/cumulative.h"
#include "metrics/histogram_series.h"
#include "metrics/native_histogram.h"
#include "shards/histogram_cells.h"
#include "shards/promotion.h"

namespace narthex::detail {

namespace {

constexpr std::align_val_t kBaseCellsAlignment{alignof(HistogramCells)};
constexpr std::align_val_t kOwnCellsAlignment{64};  // cells of two threads share no cache line

// Returns cells that are zero, or null without memory.
HistogramCells* new_cells(std::size_t counts, std::align_val_t alignment) noexcept {
  const std::size_t size = sizeof(HistogramCells) + counts * sizeof(std::atomic<std::uint64_t>);
  void* memory = ::operator new(size, alignment, std::nothrow);
  if (!memory) return nullptr;
  auto* cells = ::new (memory) HistogramCells;
  std::uninitialized_value_construct_n(cells->counts(), counts);
  return cells;
}

void delete_cells(HistogramCells* cells, std::align_val_t alignment) noexcept { ::operator delete(cells, alignment); }

class HistogramKind final : public Kind {
 public:
  explicit HistogramKind(HistogramSeries::Bounds bounds, std::optional<NativeLimits> native = {})
      : bounds_(std::move(bounds)), native_(native) {}

  MetricType type() const noexcept override { return MetricType::histogram; }
  detail::Series* make_series(std::string_view labels) const override {
    if (native_) return detail::Series::make<NativeHistogramSeries>(labels, bounds_, exemplars_, *native_);
    return detail::Series::make<HistogramSeries>(labels, bounds_, exemplars_);
  }
  void use(const ExemplarSource& source) noexcept override { exemplars_ = source; }
  std::string settings() const override {
    std::string text = "buckets (" + joined(bounds_->bounds(), ", ") + ')';
    if (native_) text += ", " + native_->settings();
    return text;
  }

 private:
  const HistogramSeries::Bounds bounds_;
  const std::optional<NativeLimits> native_;
  ExemplarSource exemplars_;
};

}  // namespace

BucketBounds::BucketBounds(std::vector<double> bounds) : size_(bounds.size()), padded_(std::move(bounds)) {
  if (size_ % 2 == 1) padded_.push_back(kInfinity);
}

HistogramSeries::HistogramSeries(Bounds bounds, const ExemplarSource& source)
    : ObservationSeries(std::move(bounds), source, Buckets::classic),
      base_(new_cells(number_of_counts(), kBaseCellsAlignment)) {
  if (!base_) throw std::bad_alloc();
}

HistogramSeries::~HistogramSeries() {
  delete_cells(base_, kBaseCellsAlignment);
  release_histogram_slot(slot_.load(std::memory_order_relaxed),  // relaxed: the last user
                         [](HistogramCells* cells) { delete_cells(cells, kOwnCellsAlignment); });
}

HistogramCells* HistogramSeries::find_or_create_own_cells(Slot slot) const noexcept {
  const ReentrancyGuard guard;
  Shard* shard = guard ? own_shard() : nullptr;
  auto* cell = shard ? shard->cells.find_or_create<HistogramCells*>(slot) : nullptr;
  if (!cell) return nullptr;
  // relaxed: created by this thread, or by the last owner of the shard
  if (HistogramCells* cells = cell->load(std::memory_order_relaxed)) return cells;
  HistogramCells* cells = new_cells(number_of_counts(), kOwnCellsAlignment);
  cell->store(cells, std::memory_order_release);  // release: a scrape that sees them sees zeroes
  return cells;
}

void HistogramSeries::add_without_cells(std::size_t bucket, double /*value*/, double amount,
                                        std::uint64_t number) noexcept {
  const Slot slot = slot_.load(std::memory_order_acquire);  // acquire: as in own_cells()
  if (slot >= kFirstSlot) {
    if (HistogramCells* own = find_or_create_own_cells(slot)) return own->add(bucket, amount, number);
  }
  base_->counts()[bucket].fetch_add(number, std::memory_order_relaxed);  // relaxed: as in HistogramCells
  const bool was_contended = add_atomically(base_->sum, amount);
  if (slot < kFirstSlot && heat_.add(was_contended)) promote(slot_, histogram_slots);
}

void HistogramSeries::observe_counted(std::span<const std::uint64_t> counts, double sum) noexcept {
  mark_accessed();
  for (std::size_t i = 0; i < std::min(counts.size(), number_of_counts()); ++i) {
    base_->counts()[i].fetch_add(counts[i], std::memory_order_relaxed);  // relaxed: as in HistogramCells
  }
  if (!add_signed_sum(sum)) add_atomically(base_->sum, sum);
}

void HistogramSeries::reset() noexcept {
  const auto zero = [this](HistogramCells& cells) {
    for (std::size_t i = 0; i < number_of_counts(); ++i) {
      cells.counts()[i].store(0, std::memory_order_relaxed);  // relaxed, both: as in HistogramCells
    }
    cells.sum.store(0, std::memory_order_relaxed);
  };
  for_each_histogram(slot_.load(std::memory_order_acquire), zero);  // acquire: as in own_cells()
  zero(*base_);
  restart();
}

double HistogramSeries::read(std::span<Bucket> buckets) const noexcept {
  CompensatedSum sum;
  const std::size_t last = buckets.size() - 1;
  const auto add = [&](HistogramCells& cells) {
    // relaxed: each count only increases, and the sum may be ahead of the counts or behind them
    for (std::size_t i = 0; i < number_of_counts(); ++i) {
      buckets[std::min(i, last)].cumulative_count += cells.counts()[i].load(std::memory_order_relaxed);
    }
    sum.add(cells.sum.load(std::memory_order_relaxed));
  };
  for_each_histogram(slot_.load(std::memory_order_acquire), add);  // acquire: as in own_cells()
  add(*base_);
  return total(sum);
}

void HistogramSeries::collect(Sink& sink) const {
  cool();
  ExemplarCopies exemplars;
  copy_exemplars(exemplars);
  fmt::basic_memory_buffer<Bucket, 64> memory;  // on the stack for up to 64 buckets
  memory.resize(bounds().size() + 1);
  const std::span<Bucket> buckets(memory.data(), memory.size());
  start_buckets(buckets, bounds(), exemplars);
  const double sum = read(buckets);
  const std::uint64_t count = accumulate(buckets);
  sink.histogram(labels(), {buckets, count, sum, nullptr, created()});
}

ObservationTotals HistogramSeries::totals() const noexcept {
  Bucket all;
  const double sum = read({&all, 1});
  return {all.cumulative_count, sum};
}

double HistogramSeries::quantile(double quantile) const {
  fmt::basic_memory_buffer<Bucket, 64> memory;  // as in collect()
  memory.resize(bounds().size() + 1);
  const std::span<Bucket> buckets(memory.data(), memory.size());
  start_buckets(buckets, bounds(), {});
  read(buckets);
  accumulate(buckets);
  return interpolated_quantile(buckets, quantile);
}

std::unique_ptr<Kind> make_kind(const HistogramOptions& options) {
  const auto classic = [&] { return checked_bounds(MetricType::histogram, options.name, options.buckets); };
  if (!options.native.enabled) return std::make_unique<HistogramKind>(classic());
  auto bounds = options.buckets.empty() ? std::make_shared<const BucketBounds>(std::vector<double>()) : classic();
  return std::make_unique<HistogramKind>(std::move(bounds), NativeLimits(options));
}

}  // namespace narthex::detail
