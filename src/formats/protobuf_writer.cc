#include "formats/protobuf_writer.h"

#include <cstdint>
#include <string_view>

#include <narthex/error.h>

#include "base/totals.h"
#include "formats/protobuf_histogram.h"
#include "formats/protobuf_parts.h"
#include "model/by_type.h"
#include "model/escape.h"
#include "model/reserved_names.h"
#include "model/sample_rules.h"

namespace narthex::detail {

namespace {

// The numbers of the fields and of the types, here and in what this uses, as the schema of Prometheus has them:
// io/prometheus/client/metrics.proto.
namespace family_field {
enum : Tag { name = 1, help, type, metric, unit };
}
namespace metric_field {
enum : Tag { gauge = 2, counter, summary, untyped, timestamp_ms, histogram };
}
namespace counter_field {
enum : Tag { exemplar = 2, created };
}
namespace summary_field {
enum : Tag { sample_count = 1, sample_sum, quantile, created };
}
namespace quantile_field {
enum : Tag { quantile = 1, value };
}
constexpr Tag kValue = 1;  // of a counter, a gauge, and an untyped metric
constexpr char kNativeGaugeHistogram = 5;

// Returns the number of io.prometheus.client.MetricType.
std::uint64_t type_number(MetricType type) { return by_type<std::uint64_t>(type, {0, 1, 4, 2, 3, 1, 1, 4}); }

void add_value(MessageWriter& metric, Tag tag, double value) {
  MessageWriter message(metric, tag);
  message.add_double(kValue, canonical(value));
}

}  // namespace

void ProtobufWriter::begin_family(const FamilyInfo& family) {
  end_family();
  check_name(family);
  message_.begin();
  name_ = family.name;
  name_ += missing_suffix(family);
  MessageWriter message(message_);
  message.add_string(family_field::name, name_);
  if (family.help) {
    if (is_plain(*family.help)) {
      message.add_string(family_field::help, *family.help);
    } else {
      message.add_string(family_field::help, as_utf8(*family.help));
    }
  }
  message.add_uint64(family_field::type, type_number(family.type));
  end_of_type_ = message_.position();
  if (!family.unit.empty()) message.add_string(family_field::unit, family.unit);
}

void ProtobufWriter::end_family() noexcept {
  if (has_samples_) {
    message_.finish();
  } else {
    message_.drop();
  }
  name_.clear();
  has_samples_ = false;
}

void ProtobufWriter::finish() {
  end_family();
  message_.flush();
}

void ProtobufWriter::begin_metric(const Timestamp& at) {
  if (name_.empty()) refuse_sample_without_family();
  if (at) check_timestamp(name_, *at);
  has_samples_ = true;
}

template <class WriteValue>
void ProtobufWriter::write_metric(LabelView labels, const Timestamp& at, WriteValue write_value) {
  begin_metric(at);
  MessageWriter family(message_);
  MessageWriter metric(family, family_field::metric);
  add_labels(metric, labels);
  write_value(metric);
  if (at) metric.add_int64(metric_field::timestamp_ms, at->time_since_epoch().count());
}

// Most samples of a service are such metrics, so their fields are written with one reservation.
void ProtobufWriter::write_single(Tag tag, LabelView labels, double value, const Timestamp& created,
                                  const Timestamp& at) {
  begin_metric(at);
  MessageWriter family(message_);
  MessageWriter metric(family, family_field::metric);
  add_labels(metric, labels);
  constexpr std::size_t kMaxSize = 2 * (kMaxKeySize + kMaxVarintSize) + kMaxKeySize + sizeof value;
  char* const first = put_key(message_.reserve(kMaxSize + TimeFields::kMaxSize), tag, WireType::length) + 1;
  char* to = put_fixed64(put_key(first, kValue, WireType::fixed64), canonical(value));
  to = created_.put(to, counter_field::created, created);
  first[-1] = static_cast<char>(to - first);
  if (at) {
    to = put_key(to, metric_field::timestamp_ms, WireType::varint);
    to = put_varint(to, static_cast<std::uint64_t>(at->time_since_epoch().count()));
  }
  message_.set_end(to);
}

void ProtobufWriter::counter(LabelView labels, const CounterSample& sample, const Timestamp& at) {
  if (!sample.exemplar) return write_single(metric_field::counter, labels, sample.value, sample.created, at);
  write_metric(labels, at, [&](MessageWriter& metric) {
    MessageWriter message(metric, metric_field::counter);
    message.add_double(kValue, canonical(sample.value));
    add_exemplar(message, counter_field::exemplar, *sample.exemplar);
    add_time(message, counter_field::created, sample.created);
  });
}

void ProtobufWriter::gauge(LabelView labels, double value, const Timestamp& at) {
  write_single(metric_field::gauge, labels, value, {}, at);
}

void ProtobufWriter::unknown(LabelView labels, double value, const Timestamp& at) {
  write_single(metric_field::untyped, labels, value, {}, at);
}

void ProtobufWriter::state_set(LabelView labels, std::span<const State> states, const Timestamp& at) {
  check_free(name_, labels);
  for (const State& state : states) {
    write_metric(labels, at, [&](MessageWriter& metric) {
      add_label(metric, name_, as_utf8(state.name));
      add_value(metric, metric_field::gauge, state.on ? 1 : 0);
    });
  }
}

void ProtobufWriter::histogram(LabelView labels, const HistogramSample& sample, const Timestamp& at) {
  check_free(kBucketLabel, labels);
  write_metric(labels, at, [&](MessageWriter& metric) { add_histogram(metric, metric_field::histogram, sample); });
}

void ProtobufWriter::gauge_histogram(LabelView labels, const HistogramSample& sample, const Timestamp& at) {
  HistogramSample gauge = sample;
  gauge.created = {};  // it does not count since some moment
  histogram(labels, gauge, at);
  if (sample.native) *message_.at(end_of_type_ - 1) = kNativeGaugeHistogram;
}

void ProtobufWriter::summary(LabelView labels, const SummarySample& sample, const Timestamp& at) {
  check_free(kQuantileLabel, labels);
  write_metric(labels, at, [&](MessageWriter& metric) {
    MessageWriter message(metric, metric_field::summary);
    message.add_uint64(summary_field::sample_count, sample.count);
    message.add_double(summary_field::sample_sum, canonical(sample.sum));
    for (const Quantile& q : sample.quantiles) {
      MessageWriter quantile(message, summary_field::quantile);
      quantile.add_double(quantile_field::quantile, q.quantile);
      quantile.add_double(quantile_field::value, canonical(q.value));
    }
    add_time(message, summary_field::created, sample.created);
  });
}

}  // namespace narthex::detail
