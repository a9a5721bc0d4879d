#pragma once

#include <string>
#include <string_view>

#include <narthex/labels.h>
#include <narthex/sink.h>

#include "model/names.h"

namespace narthex::detail {

// What the name of a family of this type ends in, by convention or because formats append it: "_total"; empty: nothing.
std::string_view suffix_of(MetricType type) noexcept;

// What formats other than OpenMetrics append to the name of a family: `_info` to an info that goes without; else nothing.
std::string_view missing_suffix(const FamilyInfo& family) noexcept;

// Returns what is wrong with the unit of a family, as the second half of a message, or an empty string.
std::string unit_error(const FamilyInfo& family);

// What every sink demands, whoever feeds it. Each throws RegistrationError and quotes the culprit.

// A name that some format can serve; whether the registry allows it is the registry's business.
void check_name(const FamilyInfo& family);

// The same where a collector hands it over: a family with a name that its registry allows, and a unit that can be
// served; labels with names that its registry allows.
void check_family(const FamilyInfo& family, NameRule rule);
void check_label_names(LabelView labels, NameRule rule);

// A time that Prometheus takes; `name` is the sample's.
void check_timestamp(std::string_view name, Timestamp::value_type at);

// Returns why no format can serve an exemplar, or an empty string.
std::string exemplar_error(const Exemplar& exemplar);

// A label that a format writes itself is not among the sample's.
void check_free(std::string_view own_label, LabelView labels);

}  // namespace narthex::detail
