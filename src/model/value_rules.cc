#include "model/value_rules.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <narthex/detail/quote.h>

#include "base/exponential_index.h"
#include "base/infinity.h"
#include "base/number.h"
#include "base/utf8.h"
#include "model/sample_rules.h"

namespace narthex::detail {

namespace {

void check_created(const FamilyInfo& family, const Timestamp& created) {
  if (created) check_timestamp(family.name, *created);
}

void check_exemplar(const FamilyInfo& family, const Exemplar& exemplar) {
  if (const std::string error = exemplar_error(exemplar); !error.empty()) refuse_sample(family, error);
}

// NaN is only in the last bucket.
bool is_within(double value, double lower_bound, double upper_bound) noexcept {
  if (std::isnan(value)) return std::isinf(upper_bound);
  return value <= upper_bound && (value > lower_bound || std::isinf(lower_bound));
}

void check_bucket(const FamilyInfo& family, const Bucket& bucket, const Bucket& before, std::uint64_t count) {
  const double lower_bound = before.upper_bound;
  if (!(bucket.upper_bound > lower_bound)) {
    refuse_sample(family, fmt::format("a bucket has the bound {} and follows {}; bounds must increase",
                                      spelled(bucket.upper_bound), spelled(lower_bound)));
  }
  if (bucket.cumulative_count < before.cumulative_count) {
    refuse_sample(family,
                  fmt::format("the bucket up to {} has {} observations and follows {}; bucket counts are cumulative",
                              spelled(bucket.upper_bound), bucket.cumulative_count, before.cumulative_count));
  }
  const bool has_all = std::isinf(bucket.upper_bound);
  if (bucket.cumulative_count > count || (has_all && bucket.cumulative_count != count)) {
    refuse_sample(family,
                  fmt::format("the bucket up to {} has {} observations, the histogram has {}; the +Inf bucket must "
                              "equal the count, others must not exceed it",
                              spelled(bucket.upper_bound), bucket.cumulative_count, count));
  }
  if (!bucket.exemplar) return;
  check_exemplar(family, *bucket.exemplar);
  if (!is_within(bucket.exemplar->value, lower_bound, bucket.upper_bound)) {
    refuse_sample(family,
                  fmt::format("an exemplar has the value {}; allowed in its bucket: above {} and at most {}",
                              spelled(bucket.exemplar->value), spelled(lower_bound), spelled(bucket.upper_bound)));
  }
}

// Returns `count` minus the observations in the buckets of one side. Throws SampleError if the buckets have more.
std::uint64_t count_without(const FamilyInfo& family, std::span<const NativeBucket> buckets, int schema,
                            std::uint64_t count) {
  // The indices of the smallest number and of infinity.
  const std::int32_t lowest = coarser_key(finest_key(std::numeric_limits<double>::denorm_min()), kFinestSchema, schema);
  const std::int32_t highest = coarser_key(kLargestKey + 1, kFinestSchema, schema);
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    if (buckets[i].index < lowest || buckets[i].index > highest) {
      refuse_sample(family, fmt::format("a native bucket has the index {}; allowed for schema {}: {} to {}",
                                        buckets[i].index, schema, lowest, highest));
    }
    if (i > 0 && buckets[i].index <= buckets[i - 1].index) {
      refuse_sample(family, fmt::format("a native bucket has the index {} and follows {}; indices must increase",
                                        buckets[i].index, buckets[i - 1].index));
    }
    if (buckets[i].count > count)
      refuse_sample(family,
                    "the native buckets have more observations than the histogram; they must not exceed its count");
    count -= buckets[i].count;
  }
  return count;
}

void check_native(const FamilyInfo& family, const NativeSample& native, const HistogramSample& sample) {
  if (native.schema < kCoarsestSchema || native.schema > kFinestSchema) {
    refuse_sample(family,
                  fmt::format("the schema is {}; allowed: {} to {}", native.schema, kCoarsestSchema, kFinestSchema));
  }
  if (!(native.zero_threshold >= 0) || std::isinf(native.zero_threshold)) {
    refuse_sample(
        family, fmt::format("the zero threshold is {}; allowed: finite numbers >= 0", spelled(native.zero_threshold)));
  }
  if (native.zero_count > sample.count)
    refuse_sample(family, "the zero bucket has more observations than the histogram; it must not exceed its count");
  std::uint64_t rest = sample.count - native.zero_count;
  rest = count_without(family, native.negative, native.schema, rest);
  rest = count_without(family, native.positive, native.schema, rest);
  if (rest > 0 && !std::isnan(sample.sum)) {
    refuse_sample(family, fmt::format("{} of {} observations are in no native bucket; only NaN may be in none", rest,
                                      sample.count));
  }
  for (const Exemplar& exemplar : native.exemplars) check_exemplar(family, exemplar);
}

}  // namespace

void check_values(const FamilyInfo& family, const CounterSample& sample) {
  if (!(sample.value >= 0)) {
    refuse_sample(family, fmt::format("the value is {}; allowed: 0 or more", spelled(sample.value)));
  }
  check_created(family, sample.created);
  if (sample.exemplar) check_exemplar(family, *sample.exemplar);
}

void check_values(const FamilyInfo& family, const HistogramSample& sample) {
  check_created(family, sample.created);
  Bucket before{-kInfinity, 0};
  for (const Bucket& bucket : sample.buckets) {
    check_bucket(family, bucket, before, sample.count);
    before = bucket;
  }
  if (sample.native) check_native(family, *sample.native, sample);
}

void check_values(const FamilyInfo& family, std::span<const State> states) {
  if (states.empty()) refuse_sample(family, "the state set has no states; at least one is needed");
  for (auto state = states.begin(); state != states.end(); ++state) {
    if (state->name.empty()) refuse_sample(family, "a state has an empty name; write a name");
    if (!is_utf8(state->name)) refuse_sample(family, fmt::format("the state {} must be UTF-8", quote(state->name)));
    if (std::ranges::find(states.begin(), state, state->name, &State::name) != state) {
      refuse_sample(family, fmt::format("the state {} appears twice; each state must appear once", quote(state->name)));
    }
  }
}

void check_values(const FamilyInfo& family, const SummarySample& sample) {
  check_created(family, sample.created);
  double last = -1;  // below all quantiles
  for (const auto& [quantile, value] : sample.quantiles) {
    if (!(quantile >= 0 && quantile <= 1)) {
      refuse_sample(family, fmt::format("the quantile is {}; allowed: 0 to 1", spelled(quantile)));
    }
    if (quantile <= last) {
      refuse_sample(
          family, fmt::format("the quantile {} follows {}; quantiles must increase", spelled(quantile), spelled(last)));
    }
    last = quantile;
  }
}

}  // namespace narthex::detail
