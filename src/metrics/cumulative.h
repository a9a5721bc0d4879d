#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include <narthex/sink.h>

#include "exemplars/exemplar_copies.h"

namespace narthex::detail {

// Gives buckets, one more than bounds, their bounds, +Inf the last, their exemplars, and counts of zero.
inline void start_buckets(std::span<Bucket> buckets, std::span<const double> bounds,
                          const ExemplarCopies& exemplars) noexcept {
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    buckets[i] = {i < bounds.size() ? bounds[i] : std::numeric_limits<double>::infinity(), 0, exemplars.at(i)};
  }
}

// Turns the counts of buckets, each for itself, into cumulative ones; returns the last, of all observations.
inline std::uint64_t accumulate(std::span<Bucket> buckets) noexcept {
  for (std::size_t i = 1; i < buckets.size(); ++i) buckets[i].cumulative_count += buckets[i - 1].cumulative_count;
  return buckets.back().cumulative_count;
}

}  // namespace narthex::detail
