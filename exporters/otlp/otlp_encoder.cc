#include "otlp/otlp_encoder.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "formats/varint.h"
#include "otlp/metric_frame.h"
#include "otlp/otlp_time.h"
#include "otlp/protozero_buffer.h"
#include "push/valid_utf8.h"

namespace narthex::detail::otlp {

namespace {

// A receiver that translates names refuses the whole request for a name that consists of underscores.
bool has_underscores_only(std::string_view name) { return name.find_first_not_of('_') == std::string_view::npos; }

bool has_underscore_label(LabelView labels) {
  // Labels are sorted by name, so that it comes first, unless a name before it begins with an earlier character.
  return !labels.empty() && labels.text().front() <= '_' && labels.has("_");
}

bool has_finite_bound(std::span<const Bucket> buckets) {
  return !buckets.empty() && !std::isinf(buckets.front().upper_bound);
}

}  // namespace

OtlpEncoder::OtlpEncoder(Options options)
    : options_(std::move(options)), requests_(options_.resource, options_.scope, options_.max_size) {}

void OtlpEncoder::begin(PushTime time) {
  requests_.begin();
  points_.clear();
  number_of_points_ = 0;
  safe_size_ = 0;
  time_ = nanoseconds_of(time).value_or(1);
  is_stale_ = false;
  dropped_ = {};
}

void OtlpEncoder::begin_family(const FamilyInfo& family) {
  end_metric();
  name_ = metric_name(family);
  type_ = family.type;
  has_bad_name_ = has_underscores_only(name_);
  frame_ = metric_frame(family, name_);
}

template <class WritePoint>
void OtlpEncoder::add(OtlpField field, LabelView labels, const Timestamp& created, const Timestamp& at,
                      WritePoint write_point) {
  const auto time = at ? nanoseconds_of(*at) : time_;
  if (has_bad_name_) return drop(OtlpDrop::name);
  if (has_underscore_label(labels)) return drop(OtlpDrop::label);
  if (!time) return drop(OtlpDrop::time);
  if (field != frame_.field) {  // a histogram of the other kind than the one before
    end_metric();
    frame_.field = field;
  }
  const std::size_t begin = points_.size();
  write_point(PointHead{.start_time = nanoseconds_or_zero(created), .time = *time, .is_stale = is_stale_});
  end_point(begin);
}

void OtlpEncoder::end_point(std::size_t begin) {
  ++number_of_points_;
  if (points_.size() > safe_size_) split(begin);
}

// Ends the current request before the data point that begins at this position, unless there is room for it.
void OtlpEncoder::split(std::size_t begin) {
  if (requests_.size_with(frame_, points_.size()) > options_.split_size) {
    if (begin > 0) requests_.add_metric(frame_, points_.view().substr(0, begin), number_of_points_ - 1);
    end_request();
    protozero::buffer_customization<ByteBuffer>::erase_range(&points_, 0, begin);
    number_of_points_ = 1;
  }
  const std::size_t empty_size = requests_.size_with(frame_, 0) + kMaxVarintSize;  // the lengths may grow
  safe_size_ = options_.split_size - std::min(options_.split_size, empty_size);
}

void OtlpEncoder::end_metric() {
  if (number_of_points_ > 0) requests_.add_metric(frame_, points_.view(), number_of_points_);
  points_.clear();
  number_of_points_ = 0;
  safe_size_ = 0;
}

void OtlpEncoder::end_request() {
  if (const std::uint64_t points = requests_.end_request(); points > 0) drop(OtlpDrop::size, points);
}

void OtlpEncoder::drop(OtlpDrop reason, std::uint64_t samples) {
  if (is_stale_) return;
  Dropped& dropped = dropped_[static_cast<std::size_t>(reason)];
  if (dropped.samples == 0) dropped.example = name_;
  dropped.samples += samples;
}

void OtlpEncoder::counter(LabelView labels, const CounterSample& sample, const Timestamp& at) {
  add(metric_field::sum, labels, sample.created, at,
      [&](const PointHead& head) { writer_.number(labels, sample.value, head, sample.exemplar); });
}

void OtlpEncoder::gauge(LabelView labels, double value, const Timestamp& at) {
  add(metric_field::gauge, labels, {}, at, [&](const PointHead& head) { writer_.number(labels, value, head); });
}

void OtlpEncoder::unknown(LabelView labels, double value, const Timestamp& at) { gauge(labels, value, at); }

void OtlpEncoder::info(LabelView labels, const Timestamp& at) {
  const double value = is_stale_ ? 0 : 1;
  add(metric_field::sum, labels, {}, at, [&](const PointHead& head) { writer_.number(labels, value, head); });
}

void OtlpEncoder::state_set(LabelView labels, std::span<const State> states, const Timestamp& at) {
  for (const State& state : states) {
    const std::string name = as_valid_utf8(state.name);
    add(metric_field::sum, labels, {}, at,
        [&](const PointHead& head) { writer_.state(labels, name_, name, state.on ? 1 : 0, head); });
  }
}

void OtlpEncoder::histogram(LabelView labels, const HistogramSample& sample, const Timestamp& at) {
  if (is_exponential(sample.native != nullptr, has_finite_bound(sample.buckets))) {
    add(metric_field::exponential_histogram, labels, sample.created, at,
        [&](const PointHead& head) { writer_.exponential(labels, sample, head); });
  } else {
    add(metric_field::histogram, labels, sample.created, at,
        [&](const PointHead& head) { writer_.histogram(labels, sample, head); });
  }
}

void OtlpEncoder::gauge_histogram(LabelView, const HistogramSample&, const Timestamp&) {
  drop(OtlpDrop::gauge_histogram);
}

void OtlpEncoder::summary(LabelView labels, const SummarySample& sample, const Timestamp& at) {
  add(metric_field::summary, labels, sample.created, at,
      [&](const PointHead& head) { writer_.summary(labels, sample, head); });
}

void OtlpEncoder::add_stale(const SentFamily& family, LabelView labels, const SeriesShape& shape,
                            const Timestamp& created) {
  if (shape.is_partial && family.type != MetricType::state_set) return;
  const FamilyInfo described{.name = family.name, .help = family.help, .unit = family.unit, .type = family.type};
  if (type_ != family.type || name_ != metric_name(described)) begin_family(described);
  is_stale_ = true;
  std::vector<Bucket> buckets;
  std::vector<Quantile> quantiles;
  std::vector<State> states;
  const NativeSample native;
  for (const double bound : shape.bounds) {
    buckets.push_back({.upper_bound = bound});
    quantiles.push_back({.quantile = bound});
  }
  for (const std::string& state : shape.states) states.push_back({.name = state});
  switch (family.type) {
    case MetricType::counter:
      counter(labels, {.created = created}, {});
      break;
    case MetricType::histogram:
      histogram(labels, {.buckets = buckets, .native = shape.has_native ? &native : nullptr, .created = created}, {});
      break;
    case MetricType::summary:
      summary(labels, {.quantiles = quantiles, .created = created}, {});
      break;
    case MetricType::info:
      info(labels, {});
      break;
    case MetricType::state_set:
      state_set(labels, states, {});
      break;
    default:
      gauge(labels, 0, {});
      break;
  }
  is_stale_ = false;
}

void OtlpEncoder::end() {
  end_metric();
  end_request();
  name_.clear();
}

}  // namespace narthex::detail::otlp
