#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <narthex/labels.h>
#include <narthex/sink.h>

#include "model/names.h"

namespace narthex::detail {

// The maximum number of characters (Unicode code points) in all names and values of an exemplar.
inline constexpr std::size_t kMaxExemplarCharacters = 128;

// Returns the error of a name that is only a suffix.
std::string only_suffix_error(std::string_view suffix);

// Returns the error of the unit of a family, or an empty string.
std::string unit_error(const FamilyInfo& family);

// Returns the error of an exemplar, or an empty string.
std::string exemplar_error(const Exemplar& exemplar);

// Throw SampleError.
[[noreturn]] void refuse_sample(const FamilyInfo& family, std::string_view error);
[[noreturn]] void refuse_sample_without_family();

// The following rules hold for the samples of every sink. Each function throws SampleError.

// The name is not empty and is UTF-8.
void check_name(const FamilyInfo& family);

// The family of a collector has a name that its registry allows, and a valid unit.
void check_family(const FamilyInfo& family, NameRule rule);

// The labels of a collector have names that its registry allows.
void check_label_names(LabelView labels, NameRule rule);

// The timestamp of the sample `name` is not before 1970.
void check_timestamp(std::string_view name, Timestamp::value_type at);

// The labels do not contain the label that the format adds.
void check_free(std::string_view own_label, LabelView labels);

}  // namespace narthex::detail
