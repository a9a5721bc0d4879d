#include <prometheus/counter.h>

#include <mutex>

#include <prometheus/detail/new_series.h>

#include "base/mutex.h"
#include "prometheus_cpp/make_series.h"

namespace prometheus {

namespace {

using narthex::detail::CounterSeries;

constinit narthex::detail::Mutex counter_reset_mutex;  // of all counters, because resets are rare

auto new_series(std::string_view labels) { return detail::make_series<CounterSeries, narthex::CounterOptions>(labels); }

}  // namespace

Counter::Counter() : series_(new_series({})) {}

Counter::Counter(const detail::NewSeries& series) : series_(new_series(series.labels)) {}

void Counter::Reset() {
  const std::lock_guard lock(counter_reset_mutex);
  series_.reset([this] { return new_series(series_->labels().text()); });
}

double Counter::Value() const { return series_->value(); }

ClientMetric Counter::Collect() const {
  ClientMetric metric;
  metric.counter.value = Value();
  return metric;
}

}  // namespace prometheus
