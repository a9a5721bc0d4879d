#include "otlp/otlp_buckets.h"

#include <cstddef>
#include <span>

#include "base/exponential_index.h"

namespace narthex::detail::otlp {

namespace {

constexpr std::int64_t kMaxDistance = 999;  // between the first and the last index of a side

// Returns the buckets without those of infinite observations, which are the last ones.
std::span<const NativeBucket> finite(std::span<const NativeBucket> buckets, int schema) {
  const std::int32_t last = coarser_key(kLargestKey, kFinestSchema, schema);
  while (!buckets.empty() && buckets.back().index > last) buckets = buckets.first(buckets.size() - 1);
  return buckets;
}

bool is_too_wide(std::span<const NativeBucket> buckets, int from, int to) {
  if (buckets.empty()) return false;
  return std::int64_t{coarser_key(buckets.back().index, from, to)} - coarser_key(buckets.front().index, from, to) >
         kMaxDistance;
}

}  // namespace

void OtlpBuckets::assign(const NativeSample& native) {
  const auto positive = finite(native.positive, native.schema);
  const auto negative = finite(native.negative, native.schema);
  scale_ = native.schema;
  while (is_too_wide(positive, native.schema, scale_) || is_too_wide(negative, native.schema, scale_)) --scale_;
  count_ = 0;
  fill(positive_, positive, native.schema);
  fill(negative_, negative, native.schema);
}

void OtlpBuckets::fill(Side& side, std::span<const NativeBucket> buckets, int schema) {
  side.offset = 0;
  side.counts.clear();
  if (buckets.empty()) return;
  const auto index_of = [&](const NativeBucket& bucket) { return coarser_key(bucket.index, schema, scale_); };
  const std::int32_t first = index_of(buckets.front());
  side.offset = first - 1;
  side.counts.resize(static_cast<std::size_t>(index_of(buckets.back()) - first) + 1);
  for (const NativeBucket& bucket : buckets) {
    side.counts[static_cast<std::size_t>(index_of(bucket) - first)] += bucket.count;
    count_ += bucket.count;
  }
}

}  // namespace narthex::detail::otlp
