#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include <narthex/sink.h>

namespace narthex::detail {

// The populated buckets of a native histogram as spans. A span covers consecutive indices, and its offset is the number
// of indices skipped before it; the first offset is the first index. Short gaps are filled with empty buckets. With
// longest_filled_gap = 2:
//
//   populated  1:2  2:1  5:4           spans  (offset 1, length 5)                       counts  2 1 0 0 4
//   populated  1:2  2:1  6:4           spans  (offset 1, length 2) (offset 3, length 1)  counts  2 1 4
struct NativeSpans {
  std::span<const NativeBucket> buckets;
  std::int64_t longest_filled_gap;

  // Calls add_span(offset, length) for each span.
  template <class AddSpan>
  void for_each_span(AddSpan add_span) const {
    for (std::size_t begin = 0; begin < buckets.size();) {
      std::size_t end = begin + 1;
      while (end < buckets.size() && gap_before(end) <= longest_filled_gap) ++end;
      const std::int64_t offset = begin == 0 ? buckets[0].index : gap_before(begin);
      add_span(offset, std::uint64_t(std::int64_t{buckets[end - 1].index} - buckets[begin].index + 1));
      begin = end;
    }
  }

  // Calls add_count(count) for each bucket in all spans.
  template <class AddCount>
  void for_each_count(AddCount add_count) const {
    for (std::size_t i = 0; i < buckets.size(); ++i) {
      const std::int64_t gap = i == 0 ? 0 : gap_before(i);
      for (std::int64_t empty = 0; gap <= longest_filled_gap && empty < gap; ++empty) add_count(std::uint64_t{0});
      add_count(buckets[i].count);
    }
  }

 private:
  // Returns the number of indices between a bucket and the previous one.
  std::int64_t gap_before(std::size_t i) const { return std::int64_t{buckets[i].index} - buckets[i - 1].index - 1; }
};

// Whether a histogram has classic buckets. A native one of the library has a +Inf bucket also without them.
inline bool has_classic_buckets(const HistogramSample& sample) {
  return !sample.native || (!sample.buckets.empty() && !std::isinf(sample.buckets.front().upper_bound));
}

}  // namespace narthex::detail
