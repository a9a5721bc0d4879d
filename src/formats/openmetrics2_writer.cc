#include "formats/openmetrics2_writer.h"

#include <string>

#include "base/bytes.h"
#include "base/infinity.h"
#include "base/number.h"
#include "formats/native_spans.h"
#include "formats/openmetrics_parts.h"
#include "model/names.h"
#include "model/reserved_names.h"
#include "model/sample_rules.h"

namespace narthex::detail {

namespace {

// The standard wants an explicit empty bucket only where it saves a span with the offset 1.
constexpr std::int64_t kLongestGapInText = 1;

// Maximum sizes of the parts of a line, in characters.
constexpr std::size_t kRoomOfFixedParts = 512;  // the names and numbers that a composite value has once
constexpr std::size_t kRoomOfNativeBucket = 4 * kMaxNumberSize;  // offset, length, an empty bucket before it, and count
constexpr std::size_t kRoomOfPair = NumberText::kMaxSize + kMaxNumberSize;

// The parser of Prometheus rejects the scrape if an info or a state set has a unit.
bool has_unit(const FamilyInfo& family) {
  if (family.unit.empty() || family.type == MetricType::info || family.type == MetricType::state_set) return false;
  return is_legacy_metric_name(std::string("_").append(family.unit));
}

// Removes carriage returns at the end: Prometheus rejects the whole scrape because of them.
std::string_view without_final_returns(std::string_view help) noexcept {
  while (help.ends_with('\r')) help.remove_suffix(1);
  return help;
}

const Exemplar* timed_exemplar(const Exemplar* exemplar) {
  return exemplar && exemplar->at ? servable_exemplar(exemplar) : nullptr;
}

template <class Visit>
void for_each_exemplar(const HistogramSample& sample, Visit visit) {
  bool has_any = false;
  for (const Bucket& bucket : has_classic_buckets(sample) ? sample.buckets : std::span<const Bucket>()) {
    if (const Exemplar* const exemplar = timed_exemplar(bucket.exemplar)) {
      has_any = true;
      visit(*exemplar);
    }
  }
  if (has_any || !sample.native) return;
  for (const Exemplar& exemplar : sample.native->exemplars) {
    if (timed_exemplar(&exemplar)) visit(exemplar);
  }
}

std::size_t room_for(const HistogramSample& sample) {
  std::size_t room = kRoomOfFixedParts + (sample.buckets.size() + 1) * kRoomOfPair;
  if (sample.native) room += (sample.native->negative.size() + sample.native->positive.size()) * kRoomOfNativeBucket;
  for_each_exemplar(sample, [&](const Exemplar& exemplar) { room += room_for_exemplar(exemplar); });
  return room;
}

char* put_count(char* to, std::string_view name, std::uint64_t count) { return write_integer(put(to, name), count); }

char* put_signed(char* to, std::int64_t number) {
  if (number < 0) *to++ = '-';
  return write_integer(to, number < 0 ? -static_cast<std::uint64_t>(number) : static_cast<std::uint64_t>(number));
}

// Ends a list: replaces the comma after its last element.
char* end_list(char* to) {
  to[-1] = ']';
  return to;
}

// Writes one side of a native histogram: `,positive_spans:[-1:3,3:1],positive_buckets:[2,1,1,1]`.
char* put_side(char* to, std::string_view spans_name, std::string_view buckets_name,
               std::span<const NativeBucket> buckets) {
  if (buckets.empty()) return to;
  const NativeSpans spans{buckets, kLongestGapInText};
  to = put(to, spans_name);
  spans.for_each_span([&](std::int64_t offset, std::uint64_t length) {
    to = put_signed(to, offset);
    to = put_count(to, ":", length);
    *to++ = ',';
  });
  to = put(end_list(to), buckets_name);
  spans.for_each_count([&](std::uint64_t count) {
    to = write_integer(to, count);
    *to++ = ',';
  });
  return end_list(to);
}

char* put_native(char* to, const NativeSample& native) {
  to = put_signed(put(to, ",schema:"), native.schema);
  to = write_float(put(to, ",zero_threshold:"), native.zero_threshold);
  to = put_count(to, ",zero_count:", native.zero_count);
  to = put_side(to, ",negative_spans:[", ",negative_buckets:[", native.negative);
  return put_side(to, ",positive_spans:[", ",positive_buckets:[", native.positive);
}

}  // namespace

// Writes nothing for 0 or an earlier time: Prometheus reads 0 as unknown.
char* OpenMetrics2Writer::StartTime::put(char* to, const Timestamp& created) {
  const std::int64_t milliseconds = created ? created->time_since_epoch().count() : 0;
  if (milliseconds <= 0) return to;
  if (milliseconds != milliseconds_) {
    char* const end = write_seconds(detail::put(text_.data(), " st@"), static_cast<std::uint64_t>(milliseconds));
    size_ = static_cast<std::size_t>(end - text_.data());
    milliseconds_ = milliseconds;
  }
  return detail::put(to, {text_.data(), size_});
}

void OpenMetrics2Writer::begin_family(const FamilyInfo& family) {
  lines_.end_family();  // so that samples of a rejected family are not written to the previous one
  check_name(family);
  lines_.begin_family(family.name, missing_suffix(family));
  lines_.add_metadata("TYPE", openmetrics_type(family.type));
  if (has_unit(family)) lines_.add_metadata("UNIT", family.unit);
  if (family.help) add_openmetrics_help(lines_, without_final_returns(*family.help));
}

void OpenMetrics2Writer::finish() {
  lines_.line("# EOF");
  lines_.flush();
}

void OpenMetrics2Writer::counter(LabelView labels, const CounterSample& sample, const Timestamp& at) {
  lines_.begin_sample(at);
  const Exemplar* const exemplar = timed_exemplar(sample.exemplar);
  const std::size_t room = StartTime::kMaxSize + (exemplar ? room_for_exemplar(*exemplar) : 0);
  char* to = lines_.end_value(write_float(lines_.begin_line(labels, room), sample.value));
  to = start_time_.put(to, sample.created);
  if (exemplar) to = put_exemplar(to, *exemplar);
  lines_.finish_line(to);
}

void OpenMetrics2Writer::info(LabelView labels, const Timestamp& at) {
  lines_.begin_sample(at);
  lines_.end_line(put(lines_.begin_line(labels), "1"));
}

void OpenMetrics2Writer::state_set(LabelView labels, std::span<const State> states, const Timestamp& at) {
  check_free(lines_.name(), labels);
  if (states.empty()) return;
  lines_.begin_sample(at);
  lines_.state_set(labels, states);
}

void OpenMetrics2Writer::histogram(LabelView labels, const HistogramSample& sample, const Timestamp& at) {
  composite(labels, sample, "{count:", ",sum:", sample.created, at);
}

void OpenMetrics2Writer::gauge_histogram(LabelView labels, const HistogramSample& sample, const Timestamp& at) {
  composite(labels, sample, "{gcount:", ",gsum:", {}, at);
}

void OpenMetrics2Writer::composite(LabelView labels, const HistogramSample& sample, std::string_view count_name,
                                   std::string_view sum_name, const Timestamp& created, const Timestamp& at) {
  check_free(kBucketLabel, labels);
  lines_.begin_sample(at);
  char* to = lines_.begin_line(labels, StartTime::kMaxSize + room_for(sample));
  to = put_count(to, count_name, sample.count);
  to = write_float(put(to, sum_name), sample.sum);
  if (sample.native) to = put_native(to, *sample.native);
  if (has_classic_buckets(sample)) to = put_buckets(to, sample);
  *to++ = '}';
  to = start_time_.put(lines_.end_value(to), created);
  for_each_exemplar(sample, [&](const Exemplar& exemplar) { to = put_exemplar(to, exemplar); });
  lines_.finish_line(to);
}

char* OpenMetrics2Writer::put_buckets(char* to, const HistogramSample& sample) {
  to = put(to, ",bucket:[");
  std::size_t position = 0;
  for (const Bucket& bucket : sample.buckets) {
    if (bucket.upper_bound == kInfinity) continue;  // its count is that of the histogram
    to = write_integer(bound_.write(to, position, bucket.upper_bound, position == 0), bucket.cumulative_count);
    ++position;
  }
  to = write_integer(bound_.write(to, position, kInfinity, position == 0), sample.count);
  *to++ = ']';
  return to;
}

void OpenMetrics2Writer::summary(LabelView labels, const SummarySample& sample, const Timestamp& at) {
  check_free(kQuantileLabel, labels);
  lines_.begin_sample(at);
  const std::size_t room = kRoomOfFixedParts + StartTime::kMaxSize + sample.quantiles.size() * kRoomOfPair;
  char* to = lines_.begin_line(labels, room);
  to = put_count(to, "{count:", sample.count);
  to = write_float(put(to, ",sum:"), sample.sum);
  to = put(to, ",quantile:[");
  for (std::size_t i = 0; i < sample.quantiles.size(); ++i) {
    const Quantile& q = sample.quantiles[i];
    to = write_float(quantile_.write(to, i, q.quantile, i == 0), q.value);
  }
  to = start_time_.put(lines_.end_value(put(to, "]}")), sample.created);
  lines_.finish_line(to);
}

}  // namespace narthex::detail
