#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <narthex/sink.h>

namespace narthex::detail::otlp {

// The buckets of a native histogram as a message of OTLP contains them: at a scale, which is the schema, dense lists of
// counts from the first to the last index. A bucket with index i of a native histogram has the index i - 1 there.
//
//   native, schema 0    -1:2  0:1  1:1  5:1
//   message, scale 0    offset -2, counts 2 1 1 0 0 0 1
//
// The buckets of infinite observations are left out. If a side spans more than 1000 indices, both sides get a lower
// scale, at which two adjacent buckets are one, so that no list is long.
class OtlpBuckets {
 public:
  struct Side {
    std::int32_t offset = 0;
    std::vector<std::uint64_t> counts{};  // empty: no observation
  };

  // Replaces the buckets. Keeps the memory of the lists.
  void assign(const NativeSample& native);

  int scale() const noexcept { return scale_; }
  const Side& positive() const noexcept { return positive_; }
  const Side& negative() const noexcept { return negative_; }
  // Returns the number of all observations in the lists.
  std::uint64_t count() const noexcept { return count_; }

 private:
  void fill(Side& side, std::span<const NativeBucket> buckets, int schema);

  int scale_ = 0;
  Side positive_;
  Side negative_;
  std::uint64_t count_ = 0;
};

}  // namespace narthex::detail::otlp
