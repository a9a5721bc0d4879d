#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include <narthex/sink.h>

#include "exemplars/exemplar_copies.h"

namespace narthex::detail {

// Initialises buckets with their bounds, the last one +Inf, with their exemplars, and with counts of zero. There is one
// bucket more than bounds.
inline void start_buckets(std::span<Bucket> buckets, std::span<const double> bounds,
                          const ExemplarCopies& exemplars) noexcept {
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    buckets[i] = {i < bounds.size() ? bounds[i] : std::numeric_limits<double>::infinity(), 0, exemplars.at(i)};
  }
}

// Makes the counts of buckets cumulative; returns the number of all observations.
inline std::uint64_t accumulate(std::span<Bucket> buckets) noexcept {
  for (std::size_t i = 1; i < buckets.size(); ++i) buckets[i].cumulative_count += buckets[i - 1].cumulative_count;
  return buckets.back().cumulative_count;
}

}  // namespace narthex::detail
