#pragma once

#include <optional>
#include <string_view>

#include <narthex/sink.h>

namespace narthex::detail {

// What a collector of single numbers tells of each.
struct MetricDesc {
  std::string_view name;
  std::string_view help;
  std::string_view unit{};
};

// Hands a number to a sink as a family of its own; none: there is no such family.
inline void write_counter(Sink& sink, const MetricDesc& told, std::optional<double> value) {
  if (!value) return;
  sink.begin_family({told.name, told.help, told.unit, MetricType::counter});
  sink.counter({}, *value);
}

inline void write_gauge(Sink& sink, const MetricDesc& told, std::optional<double> value) {
  if (!value) return;
  sink.begin_family({told.name, told.help, told.unit, MetricType::gauge});
  sink.gauge({}, *value);
}

// Returns a number in base units.
inline std::optional<double> times(std::optional<double> number, double unit) {
  return number ? std::optional(*number * unit) : std::nullopt;
}

}  // namespace narthex::detail
