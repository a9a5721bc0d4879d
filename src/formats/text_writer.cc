#include "formats/text_writer.h"

#include <string>
#include <string_view>

#include "base/infinity.h"
#include "base/number.h"
#include "base/totals.h"
#include "model/by_type.h"
#include "model/escape.h"
#include "model/reserved_names.h"
#include "model/sample_rules.h"

namespace narthex::detail {

namespace {

std::string_view type_word(MetricType type) {
  return by_type<std::string_view>(
      type, {"counter", "gauge", "histogram", "summary", "untyped", "gauge", "gauge", "histogram"});
}

}  // namespace

void TextWriter::begin_family(const FamilyInfo& family) {
  lines_.end_family();  // so that samples of a rejected family are not written to the previous one
  check_name(family);
  lines_.begin_family(family.name, missing_suffix(family));
  if (family.help) {
    if (is_plain(*family.help)) {
      lines_.add_metadata("HELP", *family.help);
    } else {
      std::string help;
      append_help(help, as_utf8(*family.help));
      lines_.add_metadata("HELP", help);
    }
  }
  lines_.add_metadata("TYPE", type_word(family.type));
}

void TextWriter::single(LabelView labels, double value, const Timestamp& at) {
  lines_.begin_sample(at);
  lines_.end_line(write_number(lines_.begin_line(labels), value));
}

void TextWriter::sum_and_count(LabelView labels, double sum, std::uint64_t count) {
  lines_.end_line(write_number(lines_.begin_line(suffix::kSum, labels), sum));
  lines_.end_line(write_count(lines_.begin_line(suffix::kCount, labels), count));
}

void TextWriter::histogram(LabelView labels, const HistogramSample& sample, const Timestamp& at) {
  check_free(kBucketLabel, labels);
  lines_.begin_sample(at);
  lines_.begin_lines(suffix::kBucket, labels);
  std::size_t position = 0;
  const auto bucket = [&](double bound, std::uint64_t count) {
    lines_.end_line(write_count(lines_.begin_line(le_, position++, bound), count));
  };
  for (const Bucket& b : sample.buckets) {
    if (b.upper_bound < kInfinity) bucket(b.upper_bound, b.cumulative_count);
  }
  bucket(kInfinity, sample.count);
  sum_and_count(labels, sample.sum, sample.count);
}

void TextWriter::gauge_histogram(LabelView labels, const HistogramSample& sample, const Timestamp& at) {
  histogram(labels, sample, at);
}

void TextWriter::summary(LabelView labels, const SummarySample& sample, const Timestamp& at) {
  check_free(kQuantileLabel, labels);
  lines_.begin_sample(at);
  lines_.begin_lines({}, labels);
  for (std::size_t i = 0; i < sample.quantiles.size(); ++i) {
    const Quantile& q = sample.quantiles[i];
    lines_.end_line(write_number(lines_.begin_line(quantile_, i, q.quantile), q.value));
  }
  sum_and_count(labels, sample.sum, sample.count);
}

void TextWriter::state_set(LabelView labels, std::span<const State> states, const Timestamp& at) {
  check_free(lines_.name(), labels);
  if (states.empty()) return;
  lines_.begin_sample(at);
  lines_.state_set(labels, states);
}

}  // namespace narthex::detail
