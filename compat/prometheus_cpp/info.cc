#include <prometheus/info.h>

#include <prometheus/detail/new_series.h>

#include "prometheus_cpp/make_series.h"

namespace prometheus {

using narthex::detail::Series;

Info::Info() : series_(detail::make_series<Series, narthex::InfoOptions>({})) {}

Info::Info(const detail::NewSeries& series)
    : series_(detail::make_series<Series, narthex::InfoOptions>(series.labels)) {}

ClientMetric Info::Collect() const { return {}; }

}  // namespace prometheus
