#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <narthex/sink.h>

#include "log_buckets.h"

namespace narthex::detail {

// The native buckets of one scrape: merges what was counted at finer scales down to one, and makes that coarser until
// the buckets are few enough.
class NativeCounts {
 public:
  NativeCounts(std::span<const LogCell> cells, int schema, double zero_threshold);

  // First widens the zero bucket, bucket by bucket, up to the threshold; where that is done, halves the resolution.
  void limit(std::size_t max_buckets, double max_zero_threshold);

  int schema() const noexcept { return schema_; }
  double zero_threshold() const noexcept { return zero_threshold_; }

  NativeSample sample() const noexcept { return {schema_, zero_threshold_, zero_count_, negative_, positive_}; }

 private:
  using Buckets = std::vector<NativeBucket>;  // by rising index, none of them empty

  bool widen_zero(double max_zero_threshold);
  void halve_resolution();

  int schema_;
  double zero_threshold_;
  std::uint64_t zero_count_ = 0;
  Buckets negative_;
  Buckets positive_;
};

}  // namespace narthex::detail
