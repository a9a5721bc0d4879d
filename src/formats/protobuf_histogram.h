#pragma once

#include <narthex/sink.h>

#include "formats/protobuf_parts.h"

namespace narthex::detail {

// Adds a histogram message with classic buckets, native buckets, or both to a metric.
//
// Native buckets are written as spans and deltas. A span covers consecutive indices, and its offset is the number of
// indices skipped before it. Gaps of up to two are filled with empty buckets, which takes less than another span:
//
//   populated  1:2  2:1  5:4           spans  (offset 1, length 5)                       counts  2 1 0 0 4
//   populated  1:2  2:1  6:4           spans  (offset 1, length 2) (offset 3, length 1)  counts  2 1 4
//
// A delta is the difference to the previous bucket, also across spans.
void add_histogram(MessageWriter& metric, Tag tag, const HistogramSample& sample);

}  // namespace narthex::detail
