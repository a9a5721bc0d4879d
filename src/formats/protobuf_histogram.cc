#include "formats/protobuf_histogram.h"

#include <cmath>
#include <cstdint>
#include <span>

#include <fmt/format.h>

#include "formats/native_spans.h"

namespace narthex::detail {

namespace {

namespace histogram_field {
enum : Tag {
  sample_count = 1,
  sample_sum,
  bucket,
  schema = 5,
  zero_threshold,
  zero_count,
  negative_span = 9,
  negative_delta,
  positive_span = 12,
  positive_delta,
  created = 15,
  exemplars,
};
}
namespace bucket_field {
enum : Tag { cumulative_count = 1, upper_bound, exemplar };
}
namespace span_field {
enum : Tag { offset = 1, length };
}

constexpr std::int64_t kLongestGapInProtobuf = 2;  // up to here, empty buckets take less than another span

void add_span(MessageWriter& histogram, Tag tag, std::int64_t offset, std::uint64_t length) {
  MessageWriter span(histogram, tag);
  span.add_sint64(span_field::offset, offset);
  span.add_uint64(span_field::length, length);
}

void add_side(MessageWriter& histogram, Tag span_tag, Tag delta_tag, std::span<const NativeBucket> buckets) {
  const NativeSpans spans{buckets, kLongestGapInProtobuf};
  spans.for_each_span(
      [&](std::int64_t offset, std::uint64_t length) { add_span(histogram, span_tag, offset, length); });
  fmt::basic_memory_buffer<std::int64_t, 256> deltas;  // on the stack up to 256 buckets
  std::uint64_t last = 0;
  spans.for_each_count([&](std::uint64_t count) {
    deltas.push_back(static_cast<std::int64_t>(count - last));
    last = count;
  });
  histogram.add_packed_sint64(delta_tag, {deltas.data(), deltas.size()});
}

// The server derives the +Inf bucket from the count, so it is written only for its exemplar.
void add_bucket(MessageWriter& histogram, const Bucket& bucket) {
  if (!bucket.exemplar && std::isinf(bucket.upper_bound)) return;
  MessageWriter message(histogram, histogram_field::bucket);
  message.add_uint64(bucket_field::cumulative_count, bucket.cumulative_count);
  message.add_double(bucket_field::upper_bound, bucket.upper_bound);
  if (bucket.exemplar) add_exemplar(message, bucket_field::exemplar, *bucket.exemplar);
}

void add_native(MessageWriter& histogram, const NativeSample& native) {
  histogram.add_sint64(histogram_field::schema, native.schema);
  histogram.add_double(histogram_field::zero_threshold, native.zero_threshold);
  histogram.add_uint64(histogram_field::zero_count, native.zero_count);
  add_side(histogram, histogram_field::negative_span, histogram_field::negative_delta, native.negative);
  add_side(histogram, histogram_field::positive_span, histogram_field::positive_delta, native.positive);
  // A histogram without native data needs an empty span, by which the server recognizes a native histogram.
  const bool is_known = native.zero_threshold > 0 || native.zero_count > 0 || !native.negative.empty();
  if (!is_known && native.positive.empty()) add_span(histogram, histogram_field::positive_span, 0, 0);
}

}  // namespace

void add_histogram(MessageWriter& metric, Tag tag, const HistogramSample& sample) {
  MessageWriter histogram(metric, tag);
  histogram.add_uint64(histogram_field::sample_count, sample.count);
  histogram.add_double(histogram_field::sample_sum, canonical(sample.sum));
  for (const Bucket& bucket : sample.buckets) add_bucket(histogram, bucket);
  if (sample.native) add_native(histogram, *sample.native);
  add_time(histogram, histogram_field::created, sample.created);
  if (!sample.native) return;
  for (const Exemplar& exemplar : sample.native->exemplars) {
    if (exemplar.at) add_exemplar(histogram, histogram_field::exemplars, exemplar);
  }
}

}  // namespace narthex::detail
