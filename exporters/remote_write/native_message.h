#pragma once

#include <cstdint>
#include <vector>

#include <narthex/sink.h>
#include <protozero/pbf_writer.hpp>

#include "remote_write/request_writer.h"

namespace narthex::detail {

// Writes the message Histogram, which both versions have: buckets as spans and as differences to the previous bucket.
// The start time is written if it is known.
class NativeMessage {
 public:
  void write(protozero::pbf_writer& series, protozero::pbf_tag_type tag, const HistogramSample& sample, bool is_gauge,
             const SampleTimes& times);

 private:
  void write_side(protozero::pbf_writer& histogram, protozero::pbf_tag_type spans_tag,
                  protozero::pbf_tag_type deltas_tag, std::span<const NativeBucket> buckets);

  std::vector<std::int64_t> deltas_;  // of one side
};

}  // namespace narthex::detail
