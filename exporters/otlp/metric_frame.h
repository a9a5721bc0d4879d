#pragma once

#include <string>
#include <string_view>

#include <narthex/sink.h>

#include "otlp/request_writer.h"

namespace narthex::detail::otlp {

// Returns the name of a metric: that of the family, which for an info ends with _info.
std::string metric_name(const FamilyInfo& family);

// Returns what surrounds the data points of a family, with the field that its type has: of a histogram, the field of
// classic buckets.
MetricFrame metric_frame(const FamilyInfo& family, std::string_view name);

}  // namespace narthex::detail::otlp
