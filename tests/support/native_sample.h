#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <narthex/registry.h>
#include <narthex/sink.h>

#include "support/null_sink.h"

namespace narthex {

// A histogram sample that owns its data.
struct NativeRead {
  int schema = 0;
  double zero_threshold = 0;
  std::uint64_t zero_count = 0;
  std::vector<NativeBucket> negative;
  std::vector<NativeBucket> positive;
  std::vector<Bucket> classic;
  std::uint64_t count = 0;
  double sum = 0;

  std::uint64_t in_buckets() const {
    std::uint64_t total = zero_count;
    for (const auto* buckets : {&negative, &positive}) {
      for (const NativeBucket& bucket : *buckets) total += bucket.count;
    }
    return total;
  }

  static std::string listed(const std::vector<NativeBucket>& buckets) {
    std::string text;
    for (const auto& [index, count] : buckets) text += fmt::format("{}{}:{}", text.empty() ? "" : " ", index, count);
    return text;
  }
  // "schema 0, negative {1:1}, zero 2, positive {0:2 1:1}, count 7, sum 4.5"
  std::string text() const {
    return fmt::format("schema {}, negative {{{}}}, zero {}, positive {{{}}}, count {}, sum {}", schema,
                       listed(negative), zero_count, listed(positive), count, sum);
  }
};

// Returns the samples of all histograms of a registry, which must be native histograms.
inline std::vector<NativeRead> native_samples(const Registry& registry) {
  struct Reader : NullSink {
    void histogram(LabelView, const HistogramSample& sample, const Timestamp&) override {
      const NativeSample& native = *sample.native;
      reads.push_back({native.schema,
                       native.zero_threshold,
                       native.zero_count,
                       {native.negative.begin(), native.negative.end()},
                       {native.positive.begin(), native.positive.end()},
                       {sample.buckets.begin(), sample.buckets.end()},
                       sample.count,
                       sample.sum});
    }
    std::vector<NativeRead> reads;
  };
  Reader reader;
  registry.collect(reader);
  return reader.reads;
}

inline NativeRead native_sample(const Registry& registry) { return native_samples(registry).at(0); }

}  // namespace narthex
