#include "metrics/exponential_counts.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/infinity.h"
#include "metrics/native_histogram.h"

namespace narthex::detail {

namespace {

// Merges neighbours with the same index.
void merge_equal(std::vector<NativeBucket>& buckets) {
  std::size_t merged = 0;
  for (std::size_t i = 1; i < buckets.size(); ++i) {
    if (buckets[i].index == buckets[merged].index) {
      buckets[merged].count += buckets[i].count;
    } else {
      buckets[++merged] = buckets[i];
    }
  }
  if (!buckets.empty()) buckets.resize(merged + 1);
}

// Subtracts counts. The buckets contain all of them.
void subtract_each(std::vector<NativeBucket>& buckets, const std::vector<NativeBucket>& earlier) {
  auto bucket = buckets.begin();
  for (const auto& [index, count] : earlier) {
    while (bucket->index != index) ++bucket;
    bucket->count -= count;
  }
  std::erase_if(buckets, [](const NativeBucket& b) { return b.count == 0; });
}

std::uint64_t total(const std::vector<NativeBucket>& buckets) noexcept {
  std::uint64_t total = 0;
  for (const NativeBucket& bucket : buckets) total += bucket.count;
  return total;
}

// Returns the index of the bucket with the observation of a rank. The smallest magnitude has rank 1.
std::int32_t index_of(const std::vector<NativeBucket>& buckets, std::uint64_t rank) noexcept {
  auto bucket = buckets.begin();
  while (rank > bucket->count) rank -= (bucket++)->count;
  return bucket->index;
}

// Returns the geometric middle of a bucket.
double middle(std::int32_t index, int schema) noexcept {
  if (std::isinf(upper_bound_of(index, schema))) return kInfinity;
  return std::exp2(std::ldexp(index - 0.5, -schema));
}

}  // namespace

ExponentialCounts::ExponentialCounts(std::span<const ExponentialCell> cells, int schema, double zero_threshold)
    : schema_(schema), zero_threshold_(zero_threshold) {
  for (const ExponentialCell& cell : cells) {
    const ExponentialKey::Side side = cell.key.side();
    if (side == ExponentialKey::Side::nan) continue;
    if (side == ExponentialKey::Side::zero || upper_bound_of(cell.key.index(), cell.schema) <= zero_threshold) {
      zero_count_ += cell.count;
    } else {
      Buckets& buckets = side == ExponentialKey::Side::positive ? positive_ : negative_;
      buckets.push_back({coarser_key(cell.key.index(), cell.schema, schema), cell.count});
    }
  }
  for (Buckets* buckets : {&negative_, &positive_}) {
    std::ranges::sort(*buckets, {}, &NativeBucket::index);
    merge_equal(*buckets);
  }
}

// If the new threshold were within a bucket of the final schema, Prometheus would see a counter reset: in the earlier
// sample, this bucket has observations that are in the zero bucket now. So each schema starts from the old threshold.
void ExponentialCounts::limit(const NativeLimits& limits) {
  for (;; halve_resolution()) {
    ExponentialCounts widened = *this;
    if (!widened.try_fit(limits) && schema_ > kCoarsestSchema) continue;
    *this = std::move(widened);
    return;
  }
}

// Widens the zero bucket. Returns false if there are still too many buckets.
bool ExponentialCounts::try_fit(const NativeLimits& limits) {
  if (zero_threshold_ > limits.zero_threshold) align_zero(limits.max_zero_threshold);
  while (negative_.size() + positive_.size() > limits.max_buckets) {
    if (!try_widen_zero(limits.max_zero_threshold)) return false;
  }
  return true;
}

// Raises a threshold that was set at a finer schema to the bound of its bucket, unless that exceeds the maximum. A
// server that did not receive the samples in between would see a counter reset.
void ExponentialCounts::align_zero(double max_zero_threshold) {
  const double bound = upper_bound_of(coarser_key(finest_key(zero_threshold_), kFinestSchema, schema_), schema_);
  if (bound > zero_threshold_ && bound <= max_zero_threshold) widen_zero(bound);
}

// Adds the smallest buckets to the zero bucket. Returns false if that exceeds the maximum.
bool ExponentialCounts::try_widen_zero(double max_zero_threshold) {
  auto smallest = std::numeric_limits<std::int32_t>::max();
  for (const Buckets* buckets : {&negative_, &positive_}) {
    if (!buckets->empty()) smallest = std::min(smallest, buckets->front().index);
  }
  const double threshold = upper_bound_of(smallest, schema_);
  if (threshold > max_zero_threshold) return false;
  widen_zero(threshold);
  return true;
}

// Adds all buckets up to a bound to the zero bucket.
void ExponentialCounts::widen_zero(double threshold) {
  zero_threshold_ = threshold;
  for (Buckets* buckets : {&negative_, &positive_}) {
    std::erase_if(*buckets, [&](const NativeBucket& bucket) {
      const bool is_zero = upper_bound_of(bucket.index, schema_) <= threshold;
      if (is_zero) zero_count_ += bucket.count;
      return is_zero;
    });
  }
}

void ExponentialCounts::halve_resolution() {
  --schema_;
  for (Buckets* buckets : {&negative_, &positive_}) {
    for (NativeBucket& bucket : *buckets) bucket.index = coarser_key(bucket.index, schema_ + 1, schema_);
    merge_equal(*buckets);
  }
}

void ExponentialCounts::subtract(ExponentialCounts earlier) {
  while (earlier.schema_ > schema_) earlier.halve_resolution();
  zero_count_ -= earlier.zero_count_;
  subtract_each(negative_, earlier.negative_);
  subtract_each(positive_, earlier.positive_);
}

double ExponentialCounts::quantile(double quantile) const noexcept {
  const std::uint64_t below = total(negative_);
  const std::uint64_t count = below + zero_count_ + total(positive_);
  if (count == 0 || std::isnan(quantile)) return std::numeric_limits<double>::quiet_NaN();
  // Slightly less, because the product may be rounded up: 0.07 * 100 is above 7.
  const double share = std::clamp(quantile, 0.0, 1.0) * static_cast<double>(count) * (1 - 0x1p-51);
  const std::uint64_t rank = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(std::ceil(share)), 1, count);
  if (rank <= below) return -middle(index_of(negative_, below - rank + 1), schema_);
  if (rank <= below + zero_count_) return 0;
  return middle(index_of(positive_, rank - below - zero_count_), schema_);
}

}  // namespace narthex::detail
