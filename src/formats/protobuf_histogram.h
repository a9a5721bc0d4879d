#pragma once

#include <narthex/sink.h>

#include "formats/protobuf_parts.h"

namespace narthex::detail {

// Writes a histogram message into a metric, with its classic buckets, its native ones, or both.
//
// Native buckets go out as spans and deltas. A span covers indices that follow each other, and tells how many it skips
// before; gaps of up to two are filled with empty buckets, which takes less than another span:
//
//   populated  1:2  2:1  5:4           spans  (offset 1, length 5)                       counts  2 1 0 0 4
//   populated  1:2  2:1  6:4           spans  (offset 1, length 2) (offset 3, length 1)  counts  2 1 4
//
// A delta is the difference to the bucket before in either.
void add_histogram(MessageWriter& metric, Tag tag, const HistogramSample& sample);

}  // namespace narthex::detail
