#include "remote_write/native_message.h"

#include <span>

#include "formats/native_spans.h"

namespace narthex::detail {

namespace {

namespace histogram_field {
enum : protozero::pbf_tag_type {
  count_int = 1,
  sum = 3,
  schema,
  zero_threshold,
  zero_count_int,
  negative_spans = 8,
  negative_deltas,
  positive_spans = 11,
  positive_deltas,
  reset_hint = 14,
  timestamp,
  start_timestamp = 17,
};
}
namespace span_field {
enum : protozero::pbf_tag_type { offset = 1, length };
}

constexpr std::int64_t kMaxFilledGap = 2;  // up to here, empty buckets take less than another span
constexpr std::int32_t kGaugeHint = 3;     // the counts can decrease

}  // namespace

void NativeMessage::write(protozero::pbf_writer& series, protozero::pbf_tag_type tag, const HistogramSample& sample,
                          bool is_gauge, const SampleTimes& times) {
  const NativeSample& native = *sample.native;
  protozero::pbf_writer histogram(series, tag);
  histogram.add_uint64(histogram_field::count_int, sample.count);
  histogram.add_double(histogram_field::sum, sample.sum);
  histogram.add_sint32(histogram_field::schema, native.schema);
  histogram.add_double(histogram_field::zero_threshold, native.zero_threshold);
  histogram.add_uint64(histogram_field::zero_count_int, native.zero_count);
  write_side(histogram, histogram_field::negative_spans, histogram_field::negative_deltas, native.negative);
  write_side(histogram, histogram_field::positive_spans, histogram_field::positive_deltas, native.positive);
  if (is_gauge) histogram.add_enum(histogram_field::reset_hint, kGaugeHint);
  histogram.add_int64(histogram_field::timestamp, times.at);
  if (times.start > 0) histogram.add_int64(histogram_field::start_timestamp, times.start);
}

void NativeMessage::write_side(protozero::pbf_writer& histogram, protozero::pbf_tag_type spans_tag,
                               protozero::pbf_tag_type deltas_tag, std::span<const NativeBucket> buckets) {
  const NativeSpans spans{buckets, kMaxFilledGap};
  spans.for_each_span([&](std::int64_t offset, std::uint64_t length) {
    protozero::pbf_writer span(histogram, spans_tag);
    span.add_sint32(span_field::offset, static_cast<std::int32_t>(offset));
    span.add_uint32(span_field::length, static_cast<std::uint32_t>(length));
  });
  deltas_.clear();
  std::uint64_t last = 0;
  spans.for_each_count([&](std::uint64_t count) {
    deltas_.push_back(static_cast<std::int64_t>(count - last));
    last = count;
  });
  histogram.add_packed_sint64(deltas_tag, deltas_.begin(), deltas_.end());
}

}  // namespace narthex::detail
