#include "sample_rules.h"

#include <array>
#include <string>

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>

#include "names.h"

namespace narthex::detail {

std::span<const std::string_view> suffixes_of(MetricType type) noexcept {
  static constexpr std::array<std::string_view, 3> kAll{"_sum", "_count", "_bucket"};
  const std::span<const std::string_view> all(kAll);
  switch (type) {
    case MetricType::histogram:
    case MetricType::gauge_histogram:
      return all;
    case MetricType::summary:
      return all.first(2);
    default:
      return {};
  }
}

void check_name(const FamilyInfo& family) {
  std::string fault = metric_name_fault(family.name);
  if (fault.empty() && family.type == MetricType::state_set) fault = label_name_fault(family.name);  // it is both
  if (!fault.empty()) {
    throw RegistrationError(fmt::format("{} {}: {}", to_string(family.type), quote(family.name), fault));
  }
}

void check_timestamp(std::string_view name, Timestamp::value_type at) {
  const auto milliseconds = at.time_since_epoch().count();
  if (milliseconds >= 0) return;
  throw RegistrationError(fmt::format("sample {}: its timestamp {} ms is before 1970, which Prometheus refuses",
                                      quote(name), milliseconds));
}

void check_free(std::string_view own_label, LabelView labels) {
  if (!labels.has(own_label)) return;
  throw RegistrationError(
      fmt::format("label {}: the format writes this label itself, next to {{{}}}", quote(own_label), labels.text()));
}

}  // namespace narthex::detail
