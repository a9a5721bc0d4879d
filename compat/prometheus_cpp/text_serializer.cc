#include <prometheus/text_serializer.h>

#include <cmath>
#include <ostream>
#include <string_view>

#include <fmt/format.h>

#include "base/infinity.h"
#include "model/escape.h"

namespace prometheus {

namespace {

using narthex::detail::kInfinity;

std::string spelled(double value) {
  if (std::isnan(value)) return "Nan";
  if (std::isinf(value)) return value < 0 ? "-Inf" : "+Inf";
  return fmt::format("{:.16g}", value);
}

// Appends the samples of one family.
class FamilyText {
 public:
  FamilyText(const MetricFamily& family, std::string& text) : family_(family), text_(text) {}

  void append() {
    if (!family_.help.empty()) {
      text_ += fmt::format("# HELP {} ", family_.name);
      narthex::detail::append_help(text_, family_.help);
      text_ += '\n';
    }
    text_ += fmt::format("# TYPE {} {}\n", family_.name, type());
    for (const ClientMetric& metric : family_.metric) append(metric);
  }

 private:
  std::string_view type() const {
    switch (family_.type) {
      case MetricType::Counter:
        return "counter";
      case MetricType::Summary:
        return "summary";
      case MetricType::Histogram:
        return "histogram";
      case MetricType::Untyped:
        return "untyped";
      case MetricType::Gauge:
      case MetricType::Info:
        break;
    }
    return "gauge";
  }

  void append(const ClientMetric& metric) {
    switch (family_.type) {
      case MetricType::Counter:
        return append_line(metric, "", metric.counter.value);
      case MetricType::Gauge:
        return append_line(metric, "", metric.gauge.value);
      case MetricType::Info:
        return append_line(metric, "_info", metric.info.value);
      case MetricType::Untyped:
        return append_line(metric, "", metric.untyped.value);
      case MetricType::Summary:
        return append_summary(metric);
      case MetricType::Histogram:
        return append_histogram(metric);
    }
  }

  void append_summary(const ClientMetric& metric) {
    append_line(metric, "_count", metric.summary.sample_count);
    append_line(metric, "_sum", metric.summary.sample_sum);
    for (const auto& [quantile, value] : metric.summary.quantile) append_line(metric, "", value, "quantile", quantile);
  }

  void append_histogram(const ClientMetric& metric) {
    const ClientMetric::Histogram& histogram = metric.histogram;
    append_line(metric, "_count", histogram.sample_count);
    append_line(metric, "_sum", histogram.sample_sum);
    for (const auto& [count, bound] : histogram.bucket) append_line(metric, "_bucket", count, "le", bound);
    if (histogram.bucket.empty() || histogram.bucket.back().upper_bound != kInfinity) {
      append_line(metric, "_bucket", histogram.sample_count, "le", kInfinity);
    }
  }

  static std::string spelled_number(std::uint64_t count) { return fmt::format("{}", count); }
  static std::string spelled_number(double value) { return spelled(value); }

  template <class Number>
  void append_line(const ClientMetric& metric, std::string_view suffix, Number number, std::string_view label = {},
                   double label_value = 0) {
    text_ += family_.name;
    text_ += suffix;
    char separator = '{';
    const auto append_label = [&](std::string_view name, std::string_view value) {
      text_ += separator;
      text_ += name;
      text_ += "=\"";
      narthex::detail::append_label_value(text_, value);
      text_ += '"';
      separator = ',';
    };
    for (const ClientMetric::Label& own : metric.label) append_label(own.name, own.value);
    if (!label.empty()) append_label(label, spelled(label_value));
    text_ += separator == '{' ? " " : "} ";
    text_ += spelled_number(number);
    if (metric.timestamp_ms != 0) text_ += fmt::format(" {}", metric.timestamp_ms);
    text_ += '\n';
  }

  const MetricFamily& family_;
  std::string& text_;
};

}  // namespace

std::string TextSerializer::Serialize(const std::vector<MetricFamily>& metrics) const {
  std::string text;
  for (const MetricFamily& family : metrics) FamilyText(family, text).append();
  return text;
}

void TextSerializer::Serialize(std::ostream& out, const std::vector<MetricFamily>& metrics) const {
  out << Serialize(metrics);
}

}  // namespace prometheus
