#include <prometheus/gauge.h>

#include <chrono>

#include <prometheus/detail/new_series.h>

#include "prometheus_cpp/make_series.h"

namespace prometheus {

using narthex::detail::GaugeSeries;

Gauge::Gauge() : series_(detail::make_series<GaugeSeries, narthex::GaugeOptions>({})) {}

Gauge::Gauge(double value) : Gauge() { Set(value); }

Gauge::Gauge(const detail::NewSeries& series, double value)
    : series_(detail::make_series<GaugeSeries, narthex::GaugeOptions>(series.labels)) {
  if (value != 0) Set(value);
}

void Gauge::SetToCurrentTime() {
  Set(std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count());
}

double Gauge::Value() const { return series_->value(); }

ClientMetric Gauge::Collect() const {
  ClientMetric metric;
  metric.gauge.value = Value();
  return metric;
}

}  // namespace prometheus
