#include <narthex/sink.h>

namespace narthex {

Sink::~Sink() = default;

void Sink::info(LabelView, const Timestamp&) {}

void Sink::state_set(LabelView, std::span<const State>, const Timestamp&) {}

void Sink::gauge_histogram(LabelView, const HistogramSample&, const Timestamp&) {}

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
