#pragma once

#include <string_view>

#include <narthex/sink.h>

namespace narthex::detail {

// The suffixes that formats append to the name of a family.
namespace suffix {
inline constexpr std::string_view kTotal = "_total";
inline constexpr std::string_view kInfo = "_info";
inline constexpr std::string_view kBucket = "_bucket";
inline constexpr std::string_view kSum = "_sum";
inline constexpr std::string_view kCount = "_count";
inline constexpr std::string_view kCreated = "_created";
inline constexpr std::string_view kGaugeSum = "_gsum";
inline constexpr std::string_view kGaugeCount = "_gcount";
}  // namespace suffix

// The label of a bucket, of a quantile, and the label under which Prometheus stores the name of a series.
inline constexpr std::string_view kBucketLabel = "le";
inline constexpr std::string_view kQuantileLabel = "quantile";
inline constexpr std::string_view kNameLabel = "__name__";

// Returns the suffix that names of families of this type have, by convention or because formats append it. Empty: none.
constexpr std::string_view suffix_of(MetricType type) noexcept {
  if (type == MetricType::counter) return suffix::kTotal;
  return type == MetricType::info ? suffix::kInfo : std::string_view();
}

// Returns the suffix that formats other than OpenMetrics append to the name of a family: `_info` for an info whose name
// lacks it. Empty: none.
constexpr std::string_view missing_suffix(const FamilyInfo& family) noexcept {
  return family.type == MetricType::info && !family.name.ends_with(suffix::kInfo) ? suffix::kInfo : std::string_view();
}

// Returns the label that formats add to the samples of a family. Empty: none.
constexpr std::string_view own_label(MetricType type, std::string_view family_name) noexcept {
  if (type == MetricType::histogram || type == MetricType::gauge_histogram) return kBucketLabel;
  if (type == MetricType::summary) return kQuantileLabel;
  return type == MetricType::state_set ? family_name : std::string_view();
}

// Removes a suffix from a name, unless the name would be empty without it. Returns whether it was removed.
constexpr bool remove_suffix(std::string_view& name, std::string_view suffix) noexcept {
  if (name.size() <= suffix.size() || !name.ends_with(suffix)) return false;
  name.remove_suffix(suffix.size());
  return true;
}

}  // namespace narthex::detail
