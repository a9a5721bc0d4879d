#include "native_buckets.h"

#include <algorithm>
#include <limits>

namespace narthex::detail {

namespace {

// Makes one of neighbours with the same index.
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

}  // namespace

NativeCounts::NativeCounts(std::span<const LogCell> cells, int schema, double zero_threshold)
    : schema_(schema), zero_threshold_(zero_threshold) {
  for (const LogCell& cell : cells) {
    const LogKey::Side side = cell.key.side();
    if (side == LogKey::Side::nan) continue;
    if (side == LogKey::Side::zero || upper_bound_of(cell.key.index(), cell.schema) <= zero_threshold) {
      zero_count_ += cell.count;
    } else {
      Buckets& buckets = side == LogKey::Side::positive ? positive_ : negative_;
      buckets.push_back({coarser_key(cell.key.index(), cell.schema, schema), cell.count});
    }
  }
  for (Buckets* buckets : {&negative_, &positive_}) {
    std::ranges::sort(*buckets, {}, &NativeBucket::index);
    merge_equal(*buckets);
  }
}

void NativeCounts::limit(std::size_t max_buckets, double max_zero_threshold) {
  while (negative_.size() + positive_.size() > max_buckets) {
    if (widen_zero(max_zero_threshold)) continue;
    if (schema_ == kCoarsestSchema) return;
    halve_resolution();
  }
}

// Takes the smallest buckets of both sides into the zero bucket, unless that would get too wide.
bool NativeCounts::widen_zero(double max_zero_threshold) {
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

void NativeCounts::halve_resolution() {
  --schema_;
  for (Buckets* buckets : {&negative_, &positive_}) {
    for (NativeBucket& bucket : *buckets) bucket.index = coarser_key(bucket.index, schema_ + 1, schema_);
    merge_equal(*buckets);
  }
}

}  // namespace narthex::detail
