#include <cstdio>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <narthex/narthex.h>
#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

// Serves what a prometheus-cpp registry holds.
class PrometheusCppCollector : public narthex::Collector {
 public:
  explicit PrometheusCppCollector(std::shared_ptr<prometheus::Collectable> source) : source_(std::move(source)) {}

  std::string_view name() const override { return "prometheus_cpp"; }

  void collect(narthex::Sink& sink) override {
    for (const prometheus::MetricFamily& family : source_->Collect()) {
      sink.begin_family({.name = family.name, .help = family.help, .type = type_of(family.type)});
      for (const prometheus::ClientMetric& metric : family.metric) write(family.type, metric, sink);
    }
  }

 private:
  static narthex::MetricType type_of(prometheus::MetricType type) {
    switch (type) {
      case prometheus::MetricType::Counter:
        return narthex::MetricType::counter;
      case prometheus::MetricType::Histogram:
        return narthex::MetricType::histogram;
      case prometheus::MetricType::Summary:
        return narthex::MetricType::summary;
      case prometheus::MetricType::Gauge:
        return narthex::MetricType::gauge;
      default:
        return narthex::MetricType::unknown;
    }
  }

  static void write(prometheus::MetricType type, const prometheus::ClientMetric& metric, narthex::Sink& sink) {
    narthex::Labels names_and_values;
    for (const auto& label : metric.label) names_and_values.emplace_back(label.name, label.value);
    const narthex::LabelText labels = narthex::LabelText::of(names_and_values);
    std::vector<narthex::Bucket> buckets;
    std::vector<narthex::Quantile> quantiles;
    switch (type) {
      case prometheus::MetricType::Counter:
        return sink.counter(labels, metric.counter.value);
      case prometheus::MetricType::Histogram:
        for (const auto& bucket : metric.histogram.bucket) {
          buckets.push_back({bucket.upper_bound, bucket.cumulative_count});
        }
        return sink.histogram(labels, {buckets, metric.histogram.sample_count, metric.histogram.sample_sum});
      case prometheus::MetricType::Summary:
        for (const auto& quantile : metric.summary.quantile) quantiles.push_back({quantile.quantile, quantile.value});
        return sink.summary(labels, {quantiles, metric.summary.sample_count, metric.summary.sample_sum});
      case prometheus::MetricType::Gauge:
        return sink.gauge(labels, metric.gauge.value);
      default:
        return sink.unknown(labels, metric.untyped.value);
    }
  }

  std::shared_ptr<prometheus::Collectable> source_;
};

int main() {
  const auto old_registry = std::make_shared<prometheus::Registry>();
  auto& old_requests = prometheus::BuildCounter().Name("old_requests_total").Help("Requests.").Register(*old_registry);
  old_requests.Add({{"method", "GET"}}).Increment(2);
  auto& old_latency = prometheus::BuildHistogram().Name("old_latency_seconds").Help("Latency.").Register(*old_registry);
  old_latency.Add({}, prometheus::Histogram::BucketBoundaries{0.1, 1}).Observe(0.5);

  narthex::Registry registry;
  registry.add(PrometheusCppCollector(old_registry));
  registry.counter({.name = "new_requests_total", .help = "Requests."}, {"method"}).labels("GET").inc(3);
  std::fputs(narthex::to_text(registry).c_str(), stdout);
}
