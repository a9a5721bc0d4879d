#include <narthex/sink.h>

namespace narthex {

Sink::~Sink() = default;

std::string_view to_string(MetricType type) noexcept {
  switch (type) {
    case MetricType::counter:
      return "counter";
    case MetricType::gauge:
      return "gauge";
    case MetricType::histogram:
      return "histogram";
    case MetricType::summary:
      return "summary";
    case MetricType::unknown:
      return "unknown";
    case MetricType::info:
      return "info";
    case MetricType::state_set:
      return "state set";
    case MetricType::gauge_histogram:
      return "gauge histogram";
  }
  return "unknown";
}

}  // namespace narthex
