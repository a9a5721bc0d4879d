#include "prometheus_cpp/samples.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>

#include "base/infinity.h"
#include "base/log_once_per_key.h"

namespace prometheus::detail {

namespace {

using narthex::LabelView;
using narthex::Sink;
using narthex::Timestamp;
using narthex::detail::kInfinity;

constexpr std::string_view kInfoSuffix = "_info";

narthex::MetricType type_of(MetricType type) {
  switch (type) {
    case MetricType::Counter:
      return narthex::MetricType::counter;
    case MetricType::Gauge:
      return narthex::MetricType::gauge;
    case MetricType::Summary:
      return narthex::MetricType::summary;
    case MetricType::Histogram:
      return narthex::MetricType::histogram;
    case MetricType::Info:
      return narthex::MetricType::info;
    case MetricType::Untyped:
      break;
  }
  return narthex::MetricType::unknown;
}

MetricType type_of(narthex::MetricType type) {
  switch (type) {
    case narthex::MetricType::counter:
      return MetricType::Counter;
    case narthex::MetricType::gauge:
    case narthex::MetricType::state_set:
      return MetricType::Gauge;
    case narthex::MetricType::summary:
      return MetricType::Summary;
    case narthex::MetricType::histogram:
    case narthex::MetricType::gauge_histogram:
      return MetricType::Histogram;
    case narthex::MetricType::info:
      return MetricType::Info;
    case narthex::MetricType::unknown:
      break;
  }
  return MetricType::Untyped;
}

narthex::LabelText labels_of(const ClientMetric& metric) {
  narthex::Labels labels;
  for (const ClientMetric::Label& label : metric.label) labels.emplace_back(label.name, label.value);
  return narthex::LabelText::of(labels);
}

Timestamp time_of(const ClientMetric& metric) {
  if (metric.timestamp_ms == 0) return {};
  return std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(metric.timestamp_ms));
}

// prometheus-cpp writes quantiles and buckets in any order.
void write_summary(const ClientMetric& metric, LabelView labels, Sink& sink, const Timestamp& at) {
  std::vector<narthex::Quantile> quantiles;
  for (const auto& [quantile, value] : metric.summary.quantile) quantiles.push_back({quantile, value});
  std::ranges::sort(quantiles, {}, &narthex::Quantile::quantile);
  sink.summary(labels, {quantiles, metric.summary.sample_count, metric.summary.sample_sum}, at);
}

void write_histogram(const ClientMetric& metric, LabelView labels, Sink& sink, const Timestamp& at) {
  std::vector<narthex::Bucket> buckets;
  for (const auto& [count, bound] : metric.histogram.bucket) buckets.push_back({bound, count});
  std::ranges::sort(buckets, {}, &narthex::Bucket::upper_bound);
  sink.histogram(labels, {buckets, metric.histogram.sample_count, metric.histogram.sample_sum}, at);
}

void write(MetricType type, const ClientMetric& metric, Sink& sink) {
  const narthex::LabelText labels = labels_of(metric);
  const Timestamp at = time_of(metric);
  switch (type) {
    case MetricType::Counter:
      return sink.counter(labels, metric.counter.value, at);
    case MetricType::Gauge:
      return sink.gauge(labels, metric.gauge.value, at);
    case MetricType::Summary:
      return write_summary(metric, labels, sink, at);
    case MetricType::Histogram:
      return write_histogram(metric, labels, sink, at);
    case MetricType::Info:
      return sink.info(labels, at);
    case MetricType::Untyped:
      return sink.unknown(labels, metric.untyped.value, at);
  }
}

}  // namespace

void guard_family(std::string_view name, const std::function<void()>& write_family) {
  static narthex::detail::LogOncePerKey& logged = *new narthex::detail::LogOncePerKey;  // never destroyed
  try {
    write_family();
  } catch (const narthex::Error& error) {
    if (!logged.is_new(name)) return;
    fmt::print(stderr, "narthex: family {} of a prometheus::Collectable: {}; the rest of it is left out\n",
               narthex::detail::quote(name), error.what());
  }
}

narthex::FamilyInfo family_info(const std::string& family_name, const std::string& help, MetricType type,
                                std::string& name) {
  name = family_name;
  if (type == MetricType::Info && !family_name.ends_with(kInfoSuffix)) name += kInfoSuffix;
  narthex::FamilyInfo family{.name = name, .type = type_of(type)};
  if (!help.empty()) family.help = help;
  return family;
}

void write(const std::vector<MetricFamily>& families, Sink& sink) {
  for (const MetricFamily& family : families) {
    guard_family(family.name, [&] {
      std::string name;
      sink.begin_family(family_info(family.name, family.help, family.type, name));
      for (const ClientMetric& metric : family.metric) write(family.type, metric, sink);
    });
  }
}

void FamilyReader::begin_family(const narthex::FamilyInfo& family) {
  std::string_view name = family.name;
  if (family.type == narthex::MetricType::info && name.ends_with(kInfoSuffix)) name.remove_suffix(kInfoSuffix.size());
  families_.push_back({std::string(name), std::string(family.help.value_or("")), type_of(family.type), {}});
}

ClientMetric& FamilyReader::add(LabelView labels, const Timestamp& at) {
  ClientMetric& metric = families_.back().metric.emplace_back();
  for (const auto [name, value] : labels) metric.label.push_back({std::string(name), std::string(value)});
  if (at) metric.timestamp_ms = at->time_since_epoch().count();
  return metric;
}

void FamilyReader::counter(LabelView labels, const narthex::CounterSample& sample, const Timestamp& at) {
  add(labels, at).counter.value = sample.value;
}

void FamilyReader::gauge(LabelView labels, double value, const Timestamp& at) { add(labels, at).gauge.value = value; }

void FamilyReader::unknown(LabelView labels, double value, const Timestamp& at) {
  add(labels, at).untyped.value = value;
}

void FamilyReader::info(LabelView labels, const Timestamp& at) { add(labels, at); }

void FamilyReader::state_set(LabelView labels, std::span<const narthex::State> states, const Timestamp& at) {
  for (const narthex::State& state : states) {
    ClientMetric& metric = add(labels, at);
    metric.label.push_back({families_.back().name, std::string(state.name)});
    metric.gauge.value = state.on ? 1 : 0;
  }
}

void FamilyReader::histogram(LabelView labels, const narthex::HistogramSample& sample, const Timestamp& at) {
  ClientMetric::Histogram& histogram = add(labels, at).histogram;
  histogram.sample_count = sample.count;
  histogram.sample_sum = sample.sum;
  for (const narthex::Bucket& bucket : sample.buckets) {
    histogram.bucket.push_back({bucket.cumulative_count, bucket.upper_bound});
  }
  if (histogram.bucket.empty() || histogram.bucket.back().upper_bound != kInfinity) {
    histogram.bucket.push_back({sample.count, kInfinity});
  }
}

void FamilyReader::gauge_histogram(LabelView labels, const narthex::HistogramSample& sample, const Timestamp& at) {
  histogram(labels, sample, at);
}

void FamilyReader::summary(LabelView labels, const narthex::SummarySample& sample, const Timestamp& at) {
  ClientMetric::Summary& summary = add(labels, at).summary;
  summary.sample_count = sample.count;
  summary.sample_sum = sample.sum;
  for (const auto& [quantile, value] : sample.quantiles) summary.quantile.push_back({quantile, value});
}

ClientMetric read(const narthex::detail::Series& series, narthex::MetricType type) {
  FamilyReader reader;
  reader.begin_family({.type = type});
  series.collect(reader);
  ClientMetric metric = std::move(reader.take().front().metric.front());
  metric.label.clear();
  return metric;
}

}  // namespace prometheus::detail
