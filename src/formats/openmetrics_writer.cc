#include "formats/openmetrics_writer.h"

#include "base/infinity.h"
#include "base/number.h"
#include "base/totals.h"
#include "formats/openmetrics_parts.h"
#include "model/escape.h"
#include "model/reserved_names.h"
#include "model/sample_rules.h"

namespace narthex::detail {

namespace {

// Whether the parser of Prometheus accepts this unit. `name` has no suffix.
bool has_unit(const FamilyInfo& family, std::string_view name) {
  if (family.unit.empty() || family.type == MetricType::info || family.type == MetricType::state_set) return false;
  return is_plain(family.unit) && remove_suffix(name, family.unit) && name.ends_with('_');
}

std::size_t room_for(const Exemplar* exemplar) { return exemplar ? room_for_exemplar(*exemplar) : 0; }

}  // namespace

void OpenMetricsWriter::begin_family(const FamilyInfo& family) {
  lines_.end_family();  // so that samples of a rejected family are not written to the previous one
  check_name(family);
  std::string_view name = family.name;
  std::string_view type = openmetrics_type(family.type);
  const bool has_suffix = remove_suffix(name, suffix_of(family.type));
  has_total_ = family.type == MetricType::counter && has_suffix;
  if (family.type == MetricType::counter && !has_total_) type = openmetrics_type(MetricType::unknown);
  lines_.begin_family(name);
  lines_.add_metadata("TYPE", type);
  if (has_unit(family, name)) lines_.add_metadata("UNIT", family.unit);
  if (family.help) add_openmetrics_help(lines_, *family.help);
  if (has_total_) lines_.end_metadata(suffix::kTotal);
}

void OpenMetricsWriter::finish() {
  lines_.line("# EOF");
  lines_.flush();
}

void OpenMetricsWriter::float_line(std::string_view suffix, LabelView labels, double value) {
  lines_.end_line(write_float(lines_.begin_line(suffix, labels), value));
}

void OpenMetricsWriter::count_line(std::string_view suffix, LabelView labels, std::uint64_t count) {
  lines_.end_line(write_integer(lines_.begin_line(suffix, labels), count));
}

void OpenMetricsWriter::end_line(char* value_end, const Exemplar* exemplar) {
  char* to = lines_.end_value(value_end);
  if (exemplar) to = put_exemplar(to, *exemplar);
  lines_.finish_line(to);
}

void OpenMetricsWriter::counter(LabelView labels, const CounterSample& sample, const Timestamp& at) {
  if (!has_total_) return lines_.float_sample(labels, sample.value, at);
  lines_.begin_sample(at);
  const Exemplar* const exemplar = servable_exemplar(sample.exemplar);
  end_line(write_float(lines_.begin_line(labels, room_for(exemplar)), sample.value), exemplar);
}

void OpenMetricsWriter::info(LabelView labels, const Timestamp& at) {
  lines_.begin_sample(at);
  count_line(suffix::kInfo, labels, 1);
}

void OpenMetricsWriter::state_set(LabelView labels, std::span<const State> states, const Timestamp& at) {
  check_free(lines_.name(), labels);
  if (states.empty()) return;
  lines_.begin_sample(at);
  lines_.state_set(labels, states);
}

void OpenMetricsWriter::buckets(LabelView labels, const HistogramSample& sample, const Timestamp& at) {
  check_free(kBucketLabel, labels);
  lines_.begin_sample(at);
  lines_.begin_lines(suffix::kBucket, labels);
  std::size_t position = 0;
  const auto bucket = [&](double bound, std::uint64_t count, const Exemplar* given) {
    const Exemplar* const exemplar = servable_exemplar(given);
    end_line(write_integer(lines_.begin_line(le_, position++, bound, room_for(exemplar)), count), exemplar);
  };
  const Exemplar* beyond = nullptr;
  for (const Bucket& b : sample.buckets) {
    if (b.upper_bound < kInfinity) {
      bucket(b.upper_bound, b.cumulative_count, b.exemplar);
    } else {
      beyond = b.exemplar;
    }
  }
  bucket(kInfinity, sample.count, beyond);
}

void OpenMetricsWriter::histogram(LabelView labels, const HistogramSample& sample, const Timestamp& at) {
  buckets(labels, sample, at);
  // OpenMetrics 1.0 forbids the sum if a bound is negative. Without it, Prometheus has no rate of the histogram.
  float_line(suffix::kSum, labels, sample.sum);
  count_line(suffix::kCount, labels, sample.count);
}

void OpenMetricsWriter::gauge_histogram(LabelView labels, const HistogramSample& sample, const Timestamp& at) {
  buckets(labels, sample, at);
  count_line(suffix::kGaugeCount, labels, sample.count);
  float_line(suffix::kGaugeSum, labels, sample.sum);
}

void OpenMetricsWriter::summary(LabelView labels, const SummarySample& sample, const Timestamp& at) {
  check_free(kQuantileLabel, labels);
  lines_.begin_sample(at);
  lines_.begin_lines({}, labels);
  for (std::size_t i = 0; i < sample.quantiles.size(); ++i) {
    const Quantile& q = sample.quantiles[i];
    lines_.end_line(write_float(lines_.begin_line(quantile_, i, q.quantile), q.value));
  }
  float_line(suffix::kSum, labels, sample.sum);
  count_line(suffix::kCount, labels, sample.count);
}

}  // namespace narthex::detail
