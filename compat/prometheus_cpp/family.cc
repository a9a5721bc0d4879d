#include <prometheus/family.h>

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <prometheus/check_names.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/info.h>
#include <prometheus/summary.h>

#include "prometheus_cpp/metric_table.h"
#include "prometheus_cpp/samples.h"
#include "prometheus_cpp/series_text.h"

namespace prometheus {

namespace {

void check_labels(const std::string& family, const Labels& labels, MetricType type) {
  for (const auto& [name, value] : labels) {
    if (CheckLabelName(name, type)) continue;
    throw std::invalid_argument(fmt::format(
        "metric {}: label {}: invalid label name; allowed: [a-zA-Z_][a-zA-Z0-9_]*, not starting with __, not "
        "`le` of a histogram, not `quantile` of a summary",
        narthex::detail::quote(family), narthex::detail::quote(name)));
  }
}

std::string_view view(const detail::SeriesText& text) { return {text.data(), text.size()}; }

}  // namespace

template <typename T>
Family<T>::Family(std::string name, std::string help, Labels constant_labels)
    : name_(std::move(name)),
      help_(std::move(help)),
      constant_labels_(std::move(constant_labels)),
      metrics_(std::make_unique<detail::MetricTable<T>>()) {
  if (!CheckMetricName(name_)) {
    throw std::invalid_argument(
        fmt::format("metric {}: invalid metric name; allowed: [a-zA-Z_:][a-zA-Z0-9_:]*, not starting with __",
                    narthex::detail::quote(name_)));
  }
  check_labels(name_, constant_labels_, T::metric_type);
  vtable_ = VirtualTable();
}

template <typename T>
Family<T>::~Family() = default;

template <typename T>
T* Family<T>::Find(const Labels& labels) const {
  detail::SeriesText text;
  return detail::append_labels(constant_labels_, labels, text) ? metrics_->find(view(text)) : nullptr;
}

template <typename T>
T& Family<T>::Create(const Labels& labels, const Construct& construct) {
  check_labels(name_, labels, T::metric_type);
  detail::SeriesText text;
  if (!detail::append_labels(constant_labels_, labels, text)) {
    const auto twice =
        std::ranges::find_if(labels, [&](const auto& label) { return constant_labels_.count(label.first); });
    throw std::invalid_argument(fmt::format("metric {}: label {}: duplicate label name; it is a constant label",
                                            narthex::detail::quote(name_), narthex::detail::quote(twice->first)));
  }
  try {
    return metrics_->add(view(text), construct);
  } catch (const std::invalid_argument& error) {  // it does not know the name
    throw std::invalid_argument(fmt::format("metric {}: {}", narthex::detail::quote(name_), error.what()));
  }
}

template <typename T>
void Family<T>::Remove(T* metric) {
  metrics_->remove(metric);
}

template <typename T>
bool Family<T>::Has(const Labels& labels) const {
  return Find(labels) != nullptr;
}

template <typename T>
const std::string& Family<T>::GetName() const {
  return name_;
}

template <typename T>
const Labels Family<T>::GetConstantLabels() const {
  return constant_labels_;
}

template <typename T>
std::vector<MetricFamily> Family<T>::Collect() const {
  detail::FamilyReader reader;
  CollectAs(T::metric_type, reader);
  std::vector<MetricFamily> families = reader.take();
  if (families.front().metric.empty()) return {};
  families.front().name = name_;    // of an info as it was passed
  if (!constant_labels_.empty()) {  // prometheus-cpp writes them first
    const auto is_constant = [this](const ClientMetric::Label& label) {
      return constant_labels_.count(label.name) > 0;
    };
    for (ClientMetric& metric : families.front().metric)
      std::stable_partition(metric.label.begin(), metric.label.end(), is_constant);
  }
  return families;
}

template <typename T>
void Family<T>::CollectIntoNarthex(narthex::Sink& sink) const {
  if (!IsExactly(vtable_)) return Collectable::CollectIntoNarthex(sink);  // a derived class may override Collect()
  CollectAs(T::metric_type, sink);
}

template <typename T>
void Family<T>::CollectAs(MetricType type, narthex::Sink& sink) const {
  std::string name;
  sink.begin_family(detail::family_info(name_, help_, type, name));
  if (type == T::metric_type) return metrics_->collect(sink);
  detail::UnknownSink unknown(sink);
  metrics_->collect(unknown);
}

template class Family<Counter>;
template class Family<Gauge>;
template class Family<Histogram>;
template class Family<Info>;
template class Family<Summary>;

}  // namespace prometheus
