#include "otlp/point_writer.h"

#include <algorithm>
#include <cmath>

#include <protozero/basic_pbf_writer.hpp>

#include "formats/canonical_nan.h"
#include "otlp/attributes.h"
#include "otlp/otlp_exemplar.h"
#include "otlp/protozero_buffer.h"
#include "otlp/wire.h"

namespace narthex::detail::otlp {

namespace {

using Writer = protozero::basic_pbf_writer<ByteBuffer>;

constexpr std::size_t kFlagsSize = 2;

constexpr std::size_t size_of_fixed(std::uint64_t value) noexcept { return value == 0 ? 0 : kFixedFieldSize; }
constexpr std::size_t size_of_flags(const PointHead& head) noexcept { return head.is_stale ? kFlagsSize : 0; }

char* put_times(char* to, const PointHead& head) noexcept {
  to = put_nonzero_field(to, point_field::start_time, head.start_time);
  return put_fixed_field(to, point_field::time, head.time);
}

char* put_flags(char* to, OtlpField field, const PointHead& head) noexcept {
  if (!head.is_stale) return to;
  *to++ = key_byte(field, WireKind::varint);
  *to++ = static_cast<char>(kNoRecordedValue);
  return to;
}

// The buckets of a histogram without the one that has no upper bound.
std::span<const Bucket> bounded(std::span<const Bucket> buckets) noexcept {
  const bool has_infinite =
      !buckets.empty() && std::isinf(buckets.back().upper_bound) && buckets.back().upper_bound > 0;
  return has_infinite ? buckets.first(buckets.size() - 1) : buckets;
}

// The count of each bucket alone; the last one has what is above all bounds, and NaN observations.
char* put_counts(char* to, std::span<const Bucket> buckets, std::uint64_t count) noexcept {
  std::uint64_t below = 0;
  for (const Bucket& bucket : buckets) {
    const std::uint64_t cumulative = std::clamp(bucket.cumulative_count, below, std::max(below, count));
    to = put_fixed64(to, cumulative - below);
    below = cumulative;
  }
  return put_fixed64(to, count - below);
}

}  // namespace

// Most data points of a service are such points.
void PointWriter::write_number(double value, const PointHead& head) {
  const std::size_t size = size_of_fixed(head.start_time) + 2 * kFixedFieldSize + parts_.size() + size_of_flags(head);
  char* end = put_length(to_.reserve(kMaxLengthSize + size), data_field::data_points, size);
  end = put_times(end, head);
  end = put_fixed_field(end, number_field::as_double, bits_of(value));
  end = put(end, parts_.view());
  to_.set_end(put_flags(end, number_field::flags, head));
}

void PointWriter::number(LabelView labels, double value, const PointHead& head, const Exemplar* exemplar) {
  begin_parts();
  if (exemplar != nullptr) append_exemplar(parts_, number_field::exemplars, *exemplar);
  append_attributes(parts_, number_field::attributes, labels);
  write_number(value, head);
}

void PointWriter::state(LabelView labels, std::string_view family, std::string_view state, double value,
                        const PointHead& head) {
  begin_parts();
  append_attributes(parts_, number_field::attributes, labels);
  append_attribute(parts_, number_field::attributes, family, state);
  write_number(value, head);
}

void PointWriter::histogram(LabelView labels, const HistogramSample& sample, const PointHead& head) {
  const auto buckets = bounded(sample.buckets);
  begin_parts();
  for (const Bucket& bucket : sample.buckets) {
    if (bucket.exemplar != nullptr) append_exemplar(parts_, histogram_field::exemplars, *bucket.exemplar);
  }
  append_attributes(parts_, histogram_field::attributes, labels);
  const std::size_t counts_size = (buckets.size() + 1) * sizeof(std::uint64_t);
  const std::size_t bounds_size = buckets.size() * sizeof(double);
  const std::size_t size = size_of_fixed(head.start_time) + 2 * kFixedFieldSize + size_of_fixed(sample.count) +
                           size_of_length(counts_size) + counts_size +
                           (buckets.empty() ? 0 : size_of_length(bounds_size) + bounds_size) + parts_.size() +
                           size_of_flags(head);
  char* end = put_length(to_.reserve(kMaxLengthSize + size), data_field::data_points, size);
  end = put_times(end, head);
  end = put_nonzero_field(end, histogram_field::count, sample.count);
  end = put_fixed_field(end, histogram_field::sum, bits_of(sample.sum));
  end = put_counts(put_length(end, histogram_field::bucket_counts, counts_size), buckets, sample.count);
  if (!buckets.empty()) end = put_length(end, histogram_field::explicit_bounds, bounds_size);
  for (const Bucket& bucket : buckets) end = put_fixed64(end, bits_of(bucket.upper_bound));
  end = put(end, parts_.view());
  to_.set_end(put_flags(end, histogram_field::flags, head));
}

void PointWriter::add_side(OtlpField tag, const OtlpBuckets::Side& side) {
  if (side.counts.empty()) return;
  Writer parent(parts_);
  Writer message(parent, tag);
  if (side.offset != 0) message.add_sint32(exponential_buckets_field::offset, side.offset);
  message.add_packed_uint64(exponential_buckets_field::bucket_counts, side.counts.begin(), side.counts.end());
}

void PointWriter::exponential(LabelView labels, const HistogramSample& sample, const PointHead& head) {
  const NativeSample& native = *sample.native;
  buckets_.assign(native);
  // OpenTelemetry demands that the count is the sum of all buckets, so that it lacks NaN and infinite observations.
  const std::uint64_t count = native.zero_count + buckets_.count();
  begin_parts();
  append_attributes(parts_, exponential_field::attributes, labels);
  Writer parts(parts_);
  if (head.start_time != 0) parts.add_fixed64(point_field::start_time, head.start_time);
  parts.add_fixed64(point_field::time, head.time);
  if (count != 0) parts.add_fixed64(exponential_field::count, count);
  parts.add_double(exponential_field::sum, canonical(sample.sum));
  if (buckets_.scale() != 0) parts.add_sint32(exponential_field::scale, buckets_.scale());
  if (native.zero_count != 0) parts.add_fixed64(exponential_field::zero_count, native.zero_count);
  add_side(exponential_field::positive, buckets_.positive());
  add_side(exponential_field::negative, buckets_.negative());
  if (head.is_stale) parts.add_uint32(exponential_field::flags, kNoRecordedValue);
  for (const Exemplar& exemplar : native.exemplars) append_exemplar(parts_, exponential_field::exemplars, exemplar);
  if (native.zero_threshold != 0) parts.add_double(exponential_field::zero_threshold, native.zero_threshold);
  Writer(to_).add_bytes(data_field::data_points, parts_.data(), parts_.size());
}

void PointWriter::summary(LabelView labels, const SummarySample& sample, const PointHead& head) {
  begin_parts();
  Writer parts(parts_);
  if (head.start_time != 0) parts.add_fixed64(point_field::start_time, head.start_time);
  parts.add_fixed64(point_field::time, head.time);
  if (sample.count != 0) parts.add_fixed64(summary_field::count, sample.count);
  if (bits_of(sample.sum) != 0) parts.add_double(summary_field::sum, canonical(sample.sum));
  for (const Quantile& quantile : sample.quantiles) {
    const std::size_t size = size_of_fixed(bits_of(quantile.quantile)) + size_of_fixed(bits_of(quantile.value));
    char* end = put_length(parts_.reserve(kMaxLengthSize + size), summary_field::quantile_values, size);
    end = put_nonzero_field(end, quantile_field::quantile, bits_of(quantile.quantile));
    parts_.set_end(put_nonzero_field(end, quantile_field::value, bits_of(quantile.value)));
  }
  append_attributes(parts_, summary_field::attributes, labels);
  if (head.is_stale) parts.add_uint32(summary_field::flags, kNoRecordedValue);
  Writer(to_).add_bytes(data_field::data_points, parts_.data(), parts_.size());
}

}  // namespace narthex::detail::otlp
