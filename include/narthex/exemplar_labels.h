#pragma once

#include <span>
#include <string_view>
#include <utility>

#include <narthex/detail/export.h>

namespace NARTHEX_VISIBILITY narthex {

/// One label of an exemplar: `{"trace_id", id}`. Both texts must live until the call that receives them returns.
using ExemplarLabel = std::pair<std::string_view, std::string_view>;

/// Labels of an exemplar. An exemplar identifies one of the events that a metric has counted. Usually they contain a
/// `trace_id`. The order does not matter. If there are no labels, no exemplar is stored.
///
/// Values: each name matches [a-zA-Z_][a-zA-Z0-9_]* and occurs once. All names and values together have at most 128
///   characters (Unicode code points). Labels that break a rule are rejected and counted in
///   narthex_exemplars_refused_total of LibraryCollector; the update still counts. NUL bytes of a
///   value, which servers reject, and bytes that are not UTF-8 are replaced by U+FFFD and counted in
///   narthex_replaced_bytes_total.
/// Thread safety: the same as for std::span.
/// Exceptions: none.
///
/// Example:
///   requests.inc(1, {{"trace_id", trace}});
///   latency.observe(seconds, {{"trace_id", trace}, {"span_id", span}});
using ExemplarLabels = std::span<const ExemplarLabel>;

}  // namespace narthex
