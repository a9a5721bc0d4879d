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
enum : Tag { value = 1, exemplar, created };
}
namespace summary_field {
enum : Tag { sample_count = 1, sample_sum, quantile, created };
}
namespace quantile_field {
enum : Tag { quantile = 1, value };
}
constexpr Tag kValue = 1;  // of a gauge and of an untyped metric
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
  name_ = family.name;
  name_ += missing_suffix(family);
  message_.begin();
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

template <class WriteValue>
void ProtobufWriter::write_metric(LabelView labels, const Timestamp& at, WriteValue write_value) {
  if (name_.empty()) refuse_sample_without_family();
  if (at) check_timestamp(name_, *at);
  has_samples_ = true;
  MessageWriter family(message_);
  MessageWriter metric(family, family_field::metric);
  add_labels(metric, labels);
  write_value(metric);
  if (at) metric.add_int64(metric_field::timestamp_ms, at->time_since_epoch().count());
}

void ProtobufWriter::counter(LabelView labels, const CounterSample& sample, const Timestamp& at) {
  write_metric(labels, at, [&](MessageWriter& metric) {
    MessageWriter message(metric, metric_field::counter);
    message.add_double(counter_field::value, canonical(sample.value));
    if (sample.exemplar) add_exemplar(message, counter_field::exemplar, *sample.exemplar);
    add_time(message, counter_field::created, sample.created);
  });
}

void ProtobufWriter::gauge(LabelView labels, double value, const Timestamp& at) {
  write_metric(labels, at, [&](MessageWriter& metric) { add_value(metric, metric_field::gauge, value); });
}

void ProtobufWriter::unknown(LabelView labels, double value, const Timestamp& at) {
  write_metric(labels, at, [&](MessageWriter& metric) { add_value(metric, metric_field::untyped, value); });
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
