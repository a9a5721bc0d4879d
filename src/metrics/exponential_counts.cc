#include "metrics/exponential_counts.h"

#include <algorithm>
#include <cmath>
#include <limits>

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
  if (std::isinf(upper_bound_of(index, schema))) return std::numeric_limits<double>::infinity();
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

void ExponentialCounts::limit(std::size_t max_buckets, double max_zero_threshold) {
  while (negative_.size() + positive_.size() > max_buckets) {
    if (widen_zero(max_zero_threshold)) continue;
    if (schema_ == kCoarsestSchema) return;
    halve_resolution();
  }
}

// Adds the smallest buckets of both sides to the zero bucket. Returns false if that exceeds the threshold.
bool ExponentialCounts::widen_zero(double max_zero_threshold) {
  auto smallest = std::numeric_limits<std::int32_t>::max();
  for (const Buckets* buckets : {&negative_, &positive_}) {
    if (!buckets->empty()) smallest = std::min(smallest, buckets->front().index);
  }
  const double threshold = upper_bound_of(smallest, schema_);
  if (threshold > max_zero_threshold) return false;
  zero_threshold_ = threshold;
  for (Buckets* buckets : {&negative_, &positive_}) {
    if (buckets->empty() || buckets->front().index != smallest) continue;
    zero_count_ += buckets->front().count;
    buckets->erase(buckets->begin());
  }
  return true;
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
  if (count == 0) return std::numeric_limits<double>::quiet_NaN();
  // Slightly less, because the product may be rounded up: 0.07 * 100 is above 7.
  const double share = quantile * static_cast<double>(count) * (1 - 0x1p-51);
  const std::uint64_t rank = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(std::ceil(share)), 1, count);
  if (rank <= below) return -middle(index_of(negative_, below - rank + 1), schema_);
  if (rank <= below + zero_count_) return 0;
  return middle(index_of(positive_, rank - below - zero_count_), schema_);
}

}  // namespace narthex::detail
