#pragma once

#include <span>
#include <string>
#include <string_view>

#include <narthex/labels.h>
#include <narthex/sink.h>

namespace narthex::detail {

// What formats append to the name of a family of this type in its samples.
std::span<const std::string_view> suffixes_of(MetricType type) noexcept;

// What every sink demands, whoever feeds it. Each throws RegistrationError and quotes the culprit.

// A name that some format can serve; whether the registry allows it is the registry's business.
void check_name(const FamilyInfo& family);

// A time that Prometheus takes; `name` is the sample's.
void check_timestamp(std::string_view name, Timestamp::value_type at);

// Returns why no format can serve an exemplar, or an empty string.
std::string exemplar_fault(const Exemplar& exemplar);

// A label that a format writes itself is not among the sample's.
void check_free(std::string_view own_label, LabelView labels);

}  // namespace narthex::detail
