#pragma once

#include <cstddef>
#include <string_view>

#include <narthex/sink.h>

#include "formats/line_writer.h"

namespace narthex::detail {

// What OpenMetrics 1.0 and 2.0 have in common.

// Returns the word of a type on a TYPE line.
std::string_view openmetrics_type(MetricType type);

// Adds a HELP line. Help texts are escaped like label values.
void add_openmetrics_help(LineWriter& lines, std::string_view help);

// Returns the exemplar if it can be served. Prometheus rejects a scrape with NUL in an exemplar.
const Exemplar* servable_exemplar(const Exemplar* exemplar);

// Returns the maximum size of an exemplar in its line.
std::size_t room_for_exemplar(const Exemplar& exemplar);

// Writes an exemplar after a value: ` # {trace_id="ab12"} 0.25 1700000001.25`.
char* put_exemplar(char* to, const Exemplar& exemplar);

}  // namespace narthex::detail
