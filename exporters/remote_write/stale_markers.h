#pragma once

#include <string>

#include "push/push_time.h"
#include "push/sent_series.h"
#include "remote_write/series_parts.h"

namespace narthex::detail {

// Writes the markers that end series: a special NaN as the value of each series of a metric.
class StaleMarkers {
 public:
  // `time` is later than the last sample of the series.
  StaleMarkers(SeriesParts& parts, PushTime time) : parts_(parts), time_(time) {}

  void add(const SentFamily& family, LabelView labels, const SeriesShape& shape);

 private:
  SeriesParts& parts_;
  const PushTime time_;
  std::string name_;  // of the current family, as its definition has it; empty: none
  MetricType type_ = MetricType::unknown;
};

}  // namespace narthex::detail
