#pragma once

#include <optional>
#include <string_view>

#include <narthex/sink.h>

namespace narthex::detail {

// Name, help text, and unit of a metric that a collector writes.
struct MetricDesc {
  std::string_view name;
  std::string_view help;
  std::string_view unit{};
};

// Writes a value as a family with one sample. Writes nothing if there is no value.
inline void write_counter(Sink& sink, const MetricDesc& metric, std::optional<double> value) {
  if (!value) return;
  sink.begin_family({metric.name, metric.help, metric.unit, MetricType::counter});
  sink.counter({}, *value);
}

inline void write_gauge(Sink& sink, const MetricDesc& metric, std::optional<double> value) {
  if (!value) return;
  sink.begin_family({metric.name, metric.help, metric.unit, MetricType::gauge});
  sink.gauge({}, *value);
}

}  // namespace narthex::detail
