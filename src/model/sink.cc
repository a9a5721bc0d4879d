#include <narthex/sink.h>

#include "model/by_type.h"

namespace narthex {

Sink::~Sink() = default;

void Sink::info(LabelView, const Timestamp&) {}

void Sink::state_set(LabelView, std::span<const State>, const Timestamp&) {}

void Sink::gauge_histogram(LabelView, const HistogramSample&, const Timestamp&) {}

std::string_view to_string(MetricType type) noexcept {
  return detail::by_type<std::string_view>(
      type, {"counter", "gauge", "histogram", "summary", "unknown", "info", "state set", "gauge histogram"});
}

}  // namespace narthex
