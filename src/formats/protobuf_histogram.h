#pragma once

#include <narthex/sink.h>

#include "formats/protobuf_parts.h"

namespace narthex::detail {

// Adds a histogram message with classic buckets, native buckets, or both to a metric.
//
// Native buckets are written as spans (native_spans.h) and deltas. A delta is the difference to the previous bucket,
// also across spans.
void add_histogram(MessageWriter& metric, Tag tag, const HistogramSample& sample);

}  // namespace narthex::detail
