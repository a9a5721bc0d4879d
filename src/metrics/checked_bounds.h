#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include <narthex/detail/bucket_bounds.h>
#include <narthex/sink.h>

namespace narthex::detail {

// Returns the bounds in the options of a metric, without +Inf; default_buckets() if there are none. Throws
// RegistrationError for bounds that are not finite or do not increase.
std::shared_ptr<const BucketBounds> checked_bounds(MetricType type, std::string_view name, std::vector<double> bounds);

}  // namespace narthex::detail
