#pragma once

#include <limits>
#include <string>
#include <string_view>

#include <narthex/narthex.h>

namespace narthex {

inline constexpr int kHot = 10'000;        // updates after which a series has cells
inline const std::string kLong(600, 'x');  // longer than the buffers on the stack

inline RegistryOptions silent(RegistryOptions options = {}) {
  options.diagnostic = [](std::string_view) {};
  return options;
}

// Writes a sample of each type.
inline void write_all_types(Sink& sink) {
  const Bucket buckets[]{{1, 2}, {std::numeric_limits<double>::infinity(), 3}};
  const LabelText labels = LabelText::of({{"source", "a collector whose label is longer than a few words"}});
  const auto begin = [&](std::string_view name, MetricType type) {
    sink.begin_family({.name = name, .help = "A help text that is longer than a few words.", .type = type});
  };
  begin("collected_counter_total", MetricType::counter);
  sink.counter(labels, 1);
  begin("collected_gauge", MetricType::gauge);
  sink.gauge(labels, 2);
  begin("collected_histogram", MetricType::histogram);
  sink.histogram(labels, {buckets, 3, 4});
  begin("collected_info", MetricType::info);
  sink.info(labels);
  const State states[]{{"idle", true}, {"a state whose name is longer than a few words", false}};
  begin("collected_states", MetricType::state_set);
  sink.state_set(labels, states);
  const Quantile quantiles[]{{0.5, 1}, {0.9, 2}};
  begin("collected_summary", MetricType::summary);
  sink.summary(labels, {quantiles, 3, 4});
  begin("collected_unknown", MetricType::unknown);
  sink.unknown(labels, 5);
}

}  // namespace narthex
