#include "text_writer.h"

#include <limits>

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>

#include "../escape.h"
#include "../names.h"
#include "../totals.h"
#include "number.h"

namespace narthex::detail {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string_view type_word(MetricType type) {
  switch (type) {
    case MetricType::counter:
      return "counter";
    case MetricType::gauge:
    case MetricType::info:
    case MetricType::state_set:
      return "gauge";
    case MetricType::histogram:
    case MetricType::gauge_histogram:
      return "histogram";
    case MetricType::summary:
      return "summary";
    case MetricType::unknown:
      break;
  }
  return "untyped";
}

void check_name(const FamilyInfo& family) {
  std::string fault = metric_name_fault(family.name);
  if (fault.empty() && family.type == MetricType::state_set) fault = label_name_fault(family.name);  // it is both
  if (!fault.empty()) {
    throw RegistrationError(fmt::format("{} {}: {}", to_string(family.type), quote(family.name), fault));
  }
}

void check_timestamp(std::string_view name, const Timestamp& at) {
  if (!at || at->time_since_epoch().count() >= 0) return;
  throw RegistrationError(fmt::format("sample {}: its timestamp {} ms is before 1970, which Prometheus refuses",
                                      quote(name), at->time_since_epoch().count()));
}

void check_free(std::string_view own_label, LabelView labels) {
  if (!labels.has(own_label)) return;
  throw RegistrationError(
      fmt::format("label {}: the format writes this label itself, next to {{{}}}", quote(own_label), labels.text()));
}

}  // namespace

void TextWriter::begin_family(const FamilyInfo& family) {
  drop_empty_family();
  name_.clear();  // so that no sample of a family that is refused goes to the one before
  check_name(family);
  name_ = family.name;
  if (family.type == MetricType::info && !name_.ends_with("_info")) name_ += "_info";

  family_start_ = out_.size();
  family_is_empty_ = true;
  if (family.help) {
    out_ += "# HELP ";
    out_ += name_;
    out_ += ' ';
    append_help(out_, as_utf8(*family.help));
    out_ += '\n';
  }
  out_ += "# TYPE ";
  out_ += name_;
  out_ += ' ';
  out_ += type_word(family.type);
  out_ += '\n';
}

void TextWriter::drop_empty_family() {
  if (family_is_empty_) out_.resize(family_start_);
  family_is_empty_ = false;
}

void TextWriter::line(std::string_view suffix, LabelView labels, OwnLabel own, double value, const Timestamp& at) {
  if (name_.empty()) throw RegistrationError("a sample came before its family was begun");
  check_timestamp(name_, at);
  family_is_empty_ = false;
  out_ += name_;
  out_ += suffix;
  if (!labels.empty() || !own.name.empty()) {
    out_ += '{';
    out_ += labels.text();
    if (!own.name.empty()) {
      if (!labels.empty()) out_ += ',';
      out_ += own.name;
      out_ += "=\"";
      append_label_value(out_, own.value);
      out_ += '"';
    }
    out_ += '}';
  }
  out_ += ' ';
  append_number(out_, value);
  if (at) {
    out_ += ' ';
    out_ += fmt::format_int(at->time_since_epoch().count()).c_str();
  }
  out_ += '\n';
}

void TextWriter::sum_and_count(LabelView labels, double sum, std::uint64_t count, const Timestamp& at) {
  line("_sum", labels, {}, sum, at);
  line("_count", labels, {}, static_cast<double>(count), at);
}

void TextWriter::histogram(LabelView labels, const HistogramSample& sample, Timestamp at) {
  check_free("le", labels);
  const auto bucket = [&](double bound, std::uint64_t count) {
    number_.clear();
    append_number(number_, bound);
    line("_bucket", labels, {"le", number_}, static_cast<double>(count), at);
  };
  for (const Bucket& b : sample.buckets) {
    if (b.upper_bound < kInfinity) bucket(b.upper_bound, b.cumulative_count);
  }
  bucket(kInfinity, sample.count);
  sum_and_count(labels, sample.sum, sample.count, at);
}

void TextWriter::gauge_histogram(LabelView labels, const HistogramSample& sample, Timestamp at) {
  histogram(labels, sample, at);
}

void TextWriter::summary(LabelView labels, const SummarySample& sample, Timestamp at) {
  check_free("quantile", labels);
  for (const Quantile& q : sample.quantiles) {
    number_.clear();
    append_number(number_, q.quantile);
    line({}, labels, {"quantile", number_}, q.value, at);
  }
  sum_and_count(labels, sample.sum, sample.count, at);
}

void TextWriter::state_set(LabelView labels, std::span<const State> states, Timestamp at) {
  check_free(name_, labels);
  for (const State& state : states) {
    const std::string name = as_utf8(state.name);
    line({}, labels, {name_, name}, state.on ? 1 : 0, at);
  }
}

}  // namespace narthex::detail
