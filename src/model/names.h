#pragma once

#include <string>
#include <string_view>

#include <narthex/labels.h>

namespace narthex::detail {

// The names that a registry allows.
enum class NameRule {
  legacy,  // names that the text formats write without quotes
  utf8,    // any UTF-8 without NUL
};

// Each returns the error of a name, without the name itself, or an empty string.
std::string metric_name_error(std::string_view name, NameRule rule);
std::string label_name_error(std::string_view name, NameRule rule);

// Returns the first error of the names of sorted labels, or an empty string.
std::string labels_error(const Labels& labels, NameRule rule);

// Whether the text formats write the name without quotes.
bool is_legacy_metric_name(std::string_view name) noexcept;
bool is_legacy_label_name(std::string_view name) noexcept;

// Appends the name of a label as the text formats write it: quoted, unless it is a legacy name.
void append_label_name(std::string& text, std::string_view name);

}  // namespace narthex::detail
