#include <narthex/gauge_histogram.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <narthex/sink.h>

#include "base/joined.h"
#include "metrics/checked_bounds.h"
#include "metrics/cumulative.h"

namespace narthex::detail {

namespace {

class GaugeHistogramKind final : public Kind {
 public:
  explicit GaugeHistogramKind(GaugeHistogramSeries::Bounds bounds) : bounds_(std::move(bounds)) {}

  MetricType type() const noexcept override { return MetricType::gauge_histogram; }
  detail::Series* make_series(std::string_view labels) const override {
    return detail::Series::make<GaugeHistogramSeries>(labels, bounds_);
  }
  std::string settings() const override { return "buckets (" + joined(bounds_->bounds(), ", ") + ')'; }

 private:
  const GaugeHistogramSeries::Bounds bounds_;
};

// Returns a count as a scrape serves it: at least 0.
std::uint64_t read_count(const std::atomic<std::int64_t>& count) noexcept {
  // relaxed: a sum orders nothing else
  return static_cast<std::uint64_t>(std::max(count.load(std::memory_order_relaxed), std::int64_t{0}));
}

double read_sum(const SignedSum& sum) noexcept {
  // relaxed, both: as above
  return sum.sum.load(std::memory_order_relaxed) + sum.error.load(std::memory_order_relaxed);
}

}  // namespace

GaugeHistogramSeries::GaugeHistogramSeries(Bounds bounds)
    : bounds_(std::move(bounds)), counts_(std::make_unique<std::atomic<std::int64_t>[]>(bounds_->number_of_counts())) {}

void GaugeHistogramSeries::add(double value, std::int64_t change) noexcept {
  if (!std::isfinite(value)) return count_rejected_update();
  mark_accessed();
  counts_[bounds_->bucket_of(value)].fetch_add(change,
                                               std::memory_order_relaxed);  // relaxed: a sum orders nothing else
  sum_.add(value * static_cast<double>(change));
}

template <class Read>
auto GaugeHistogramSeries::read(Read read) const {
  fmt::basic_memory_buffer<Bucket, 64> memory;  // on the stack for up to 64 buckets
  memory.resize(bounds_->bounds().size() + 1);
  const std::span<Bucket> buckets(memory.data(), memory.size());
  start_buckets(buckets, bounds_->bounds(), {});
  for (std::size_t i = 0; i < bounds_->number_of_counts(); ++i) {
    buckets[std::min(i, buckets.size() - 1)].cumulative_count += read_count(counts_[i]);
  }
  const std::uint64_t count = accumulate(buckets);
  return read(buckets, count, read_sum(sum_));
}

ObservationTotals GaugeHistogramSeries::totals() const noexcept {
  ObservationTotals totals{0, read_sum(sum_)};
  for (std::size_t i = 0; i < bounds_->number_of_counts(); ++i) totals.count += read_count(counts_[i]);
  return totals;
}

double GaugeHistogramSeries::quantile(double quantile) const {
  return read(
      [&](std::span<const Bucket> buckets, std::uint64_t, double) { return interpolated_quantile(buckets, quantile); });
}

void GaugeHistogramSeries::collect(Sink& sink) const {
  read([&](std::span<const Bucket> buckets, std::uint64_t count, double sum) {
    sink.gauge_histogram(labels(), {buckets, count, sum});
  });
}

std::unique_ptr<Kind> make_kind(const GaugeHistogramOptions& options) {
  return std::make_unique<GaugeHistogramKind>(
      checked_bounds(MetricType::gauge_histogram, options.name, options.buckets));
}

}  // namespace narthex::detail
