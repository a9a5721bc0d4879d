#pragma once

#include <span>
#include <string_view>
#include <utility>

namespace narthex {

/// One label of an exemplar: `{"trace_id", id}`. Both texts need to live for the call that they are passed to.
using ExemplarLabel = std::pair<std::string_view, std::string_view>;

/// What leads from a number to one of the events behind it, mostly `trace_id`, in any order; none: no exemplar.
///   requests.inc(1, {{"trace_id", trace}});
///   latency.observe(seconds, {{"trace_id", trace}, {"span_id", span}});
/// Values: names match [a-zA-Z_][a-zA-Z0-9_]*, each comes once, and all names and values together have 128 characters
///   (Unicode code points) at most. Labels that break a rule are refused and counted, the update counts all the same.
///   Bytes of a value that are not UTF-8 become U+FFFD.
/// Threads: a value like std::span.
/// Errors: none; see narthex_exemplars_refused_total of LibraryCollector.
using ExemplarLabels = std::span<const ExemplarLabel>;

}  // namespace narthex
