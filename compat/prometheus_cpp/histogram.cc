#include <prometheus/histogram.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <narthex/histogram.h>
#include <narthex/sink.h>
#include <prometheus/detail/new_series.h>

#include "base/infinity.h"
#include "base/mutex.h"
#include "prometheus_cpp/make_series.h"
#include "prometheus_cpp/samples.h"

namespace prometheus {

namespace {

using narthex::detail::kInfinity;
using narthex::detail::ObservationSeries;

constinit narthex::detail::Mutex histogram_reset_mutex;  // of all histograms, because resets are rare

narthex::HistogramOptions checked(Histogram::BucketBoundaries bounds) {
  if (bounds.empty() || bounds.back() != kInfinity) bounds.push_back(kInfinity);
  for (std::size_t i = 0; i + 1 < bounds.size(); ++i) {
    if (!std::isfinite(bounds[i])) {
      throw std::invalid_argument(
          fmt::format("bucket {} is {}; allowed: finite numbers, and +Inf as the last bound", i + 1, bounds[i]));
    }
    if (bounds[i] >= bounds[i + 1]) {
      throw std::invalid_argument(
          fmt::format("bucket {} is {} and follows {}; bounds must increase", i + 2, bounds[i + 1], bounds[i]));
    }
  }
  return {.buckets = std::move(bounds)};
}

// The bounds that the histograms of a family share.
struct Bounds {
  explicit Bounds(const Histogram::BucketBoundaries& as_passed)
      : passed(as_passed), kind(narthex::detail::make_kind(checked(as_passed))) {}

  const Histogram::BucketBoundaries passed;
  const std::unique_ptr<narthex::detail::Kind> kind;
};

auto new_series(const std::shared_ptr<const void>& bounds, std::string_view labels) {
  return detail::make_series<ObservationSeries>(*static_cast<const Bounds*>(bounds.get())->kind, labels);
}

// Returns the bounds of the last histogram of the family if they are equal.
std::shared_ptr<const void> shared_bounds(std::shared_ptr<const void>& shared,
                                          const Histogram::BucketBoundaries& buckets) {
  if (!shared || static_cast<const Bounds*>(shared.get())->passed != buckets) {
    shared = std::make_shared<const Bounds>(buckets);
  }
  return shared;
}

}  // namespace

Histogram::Histogram(const BucketBoundaries& buckets)
    : bounds_(std::make_shared<const Bounds>(buckets)), series_(new_series(bounds_, {})) {}

Histogram::Histogram(const detail::NewSeries& series, const BucketBoundaries& buckets)
    : bounds_(shared_bounds(series.shared, buckets)), series_(new_series(bounds_, series.labels)) {}

void Histogram::ObserveMultiple(const std::vector<double>& bucket_increments, double sum_of_values) {
  constexpr double kMaxIncrement = 0x1p53;
  const std::size_t buckets = series_->bounds().size() + 1;
  if (bucket_increments.size() != buckets) {
    throw std::length_error(
        fmt::format("ObserveMultiple: {} bucket increments; the histogram has {} buckets, with +Inf",
                    bucket_increments.size(), buckets));
  }
  std::vector<std::uint64_t> counts;
  counts.reserve(buckets);
  for (const double increment : bucket_increments) {
    counts.push_back(increment > 0 ? static_cast<std::uint64_t>(std::min(increment, kMaxIncrement)) : 0);
  }
  series_->observe_counted(counts, sum_of_values);
}

void Histogram::Reset() {
  const std::lock_guard lock(histogram_reset_mutex);
  series_.reset([this] { return new_series(bounds_, series_->labels().text()); });
}

ClientMetric Histogram::Collect() const { return detail::read(*series_.operator->(), narthex::MetricType::histogram); }

}  // namespace prometheus
