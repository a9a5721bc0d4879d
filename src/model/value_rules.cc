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
#include <narthex/error.h>

#include "base/exponential_index.h"
#include "base/number.h"
#include "base/utf8.h"
#include "model/sample_rules.h"

namespace narthex::detail {

namespace {

[[noreturn]] void refuse(const FamilyInfo& family, std::string_view why) {
  throw RegistrationError(fmt::format("{} {}: {}", to_string(family.type), quote(family.name), why));
}

// A number as the formats spell it.
std::string spelled(double number) {
  std::string text;
  append_number(text, number);
  return text;
}

void check_created(const FamilyInfo& family, const Timestamp& created) {
  if (created) check_timestamp(family.name, *created);
}

void check_exemplar(const FamilyInfo& family, const Exemplar& exemplar) {
  if (const std::string fault = exemplar_error(exemplar); !fault.empty()) refuse(family, fault);
}

// NaN is in no bucket but the last.
bool is_within(double value, double lower_bound, double upper_bound) noexcept {
  if (std::isnan(value)) return std::isinf(upper_bound);
  return value <= upper_bound && (value > lower_bound || std::isinf(lower_bound));
}

void check_bucket(const FamilyInfo& family, const Bucket& bucket, const Bucket& before, std::uint64_t count) {
  const double lower_bound = before.upper_bound;
  if (!(bucket.upper_bound > lower_bound)) {
    refuse(family, fmt::format("a bucket has the bound {} after {}; bounds need to rise", spelled(bucket.upper_bound),
                               spelled(lower_bound)));
  }
  if (bucket.cumulative_count < before.cumulative_count) {
    refuse(family, fmt::format("the bucket up to {} has {} observations, and the one before {}; counts are cumulative",
                               spelled(bucket.upper_bound), bucket.cumulative_count, before.cumulative_count));
  }
  const bool has_all = std::isinf(bucket.upper_bound);
  if (bucket.cumulative_count > count || (has_all && bucket.cumulative_count != count)) {
    refuse(family, fmt::format("the bucket up to {} has {} observations, and the histogram {}",
                               spelled(bucket.upper_bound), bucket.cumulative_count, count));
  }
  if (!bucket.exemplar) return;
  check_exemplar(family, *bucket.exemplar);
  if (!is_within(bucket.exemplar->value, lower_bound, bucket.upper_bound)) {
    refuse(family, fmt::format("an exemplar of {} is not in its bucket, from {} to {}", spelled(bucket.exemplar->value),
                               spelled(lower_bound), spelled(bucket.upper_bound)));
  }
}

// Returns how many of `count` observations are left without those of one side; throws when there are too few.
std::uint64_t left_by(const FamilyInfo& family, std::span<const NativeBucket> buckets, int schema,
                      std::uint64_t count) {
  // Of the smallest number, and of infinity.
  const std::int32_t lowest = coarser_key(finest_key(std::numeric_limits<double>::denorm_min()), kFinestSchema, schema);
  const std::int32_t highest = coarser_key(kLargestKey + 1, kFinestSchema, schema);
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    if (buckets[i].index < lowest || buckets[i].index > highest) {
      refuse(family, fmt::format("a native bucket has the index {}; at schema {} they are from {} to {}",
                                 buckets[i].index, schema, lowest, highest));
    }
    if (i > 0 && buckets[i].index <= buckets[i - 1].index) {
      refuse(family, fmt::format("a native bucket has the index {} after {}; indices need to rise", buckets[i].index,
                                 buckets[i - 1].index));
    }
    if (buckets[i].count > count) refuse(family, "its native buckets have more observations than the histogram");
    count -= buckets[i].count;
  }
  return count;
}

void check_native(const FamilyInfo& family, const NativeSample& native, const HistogramSample& sample) {
  if (native.schema < kCoarsestSchema || native.schema > kFinestSchema) {
    refuse(family, fmt::format("the schema {} is not from {} to {}", native.schema, kCoarsestSchema, kFinestSchema));
  }
  if (!(native.zero_threshold >= 0) || std::isinf(native.zero_threshold)) {
    refuse(family, fmt::format("the zero threshold {} is no size", spelled(native.zero_threshold)));
  }
  if (native.zero_count > sample.count) refuse(family, "its zero bucket has more observations than the histogram");
  std::uint64_t rest = sample.count - native.zero_count;
  rest = left_by(family, native.negative, native.schema, rest);
  rest = left_by(family, native.positive, native.schema, rest);
  if (rest > 0 && !std::isnan(sample.sum)) {
    refuse(family,
           fmt::format("{} of its {} observations are in no native bucket, which only NaN may be", rest, sample.count));
  }
  for (const Exemplar& exemplar : native.exemplars) check_exemplar(family, exemplar);
}

}  // namespace

void check_values(const FamilyInfo& family, const CounterSample& sample) {
  if (!(sample.value >= 0)) {
    refuse(family, fmt::format("its value is {}; a counter is a number that is not negative", spelled(sample.value)));
  }
  check_created(family, sample.created);
  if (sample.exemplar) check_exemplar(family, *sample.exemplar);
}

void check_values(const FamilyInfo& family, const HistogramSample& sample) {
  check_created(family, sample.created);
  Bucket before{-std::numeric_limits<double>::infinity(), 0};
  for (const Bucket& bucket : sample.buckets) {
    check_bucket(family, bucket, before, sample.count);
    before = bucket;
  }
  if (sample.native) check_native(family, *sample.native, sample);
}

void check_values(const FamilyInfo& family, std::span<const State> states) {
  if (states.empty()) refuse(family, "it has no states");
  for (auto state = states.begin(); state != states.end(); ++state) {
    if (state->name.empty()) refuse(family, "a state has an empty name");
    if (!is_utf8(state->name)) refuse(family, fmt::format("the state {} is not UTF-8", quote(state->name)));
    if (std::ranges::find(states.begin(), state, state->name, &State::name) != state) {
      refuse(family, fmt::format("the state {} is there twice", quote(state->name)));
    }
  }
}

void check_values(const FamilyInfo& family, const SummarySample& sample) {
  check_created(family, sample.created);
  double last = -1;  // below all
  for (const auto& [quantile, value] : sample.quantiles) {
    if (!(quantile >= 0 && quantile <= 1)) {
      refuse(family, fmt::format("the quantile {} is not from 0 to 1", spelled(quantile)));
    }
    if (quantile <= last) {
      refuse(family,
             fmt::format("the quantile {} comes after {}; quantiles need to rise", spelled(quantile), spelled(last)));
    }
    last = quantile;
  }
}

}  // namespace narthex::detail
