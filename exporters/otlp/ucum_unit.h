#pragma once

#include <string_view>

namespace narthex::detail::otlp {

// Returns the unit of a metric as OpenTelemetry writes it, in the code UCUM: "s" for "seconds". Other words stay
// unchanged. So do kilobytes and tebibytes, because Prometheus would append the words for their codes to the names of
// metrics that end with the unit.
std::string_view ucum_unit(std::string_view unit) noexcept;

}  // namespace narthex::detail::otlp
