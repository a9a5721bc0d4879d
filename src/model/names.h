#pragma once

#include <string>
#include <string_view>

namespace narthex::detail {

// Which names a registry takes.
enum class NameRule {
  legacy,  // those that can stand in the text formats without quotes
  utf8,    // any UTF-8
};

// Each returns what is wrong with the name, as the second half of a message, or an empty string.
std::string metric_name_error(std::string_view name, NameRule rule);
std::string label_name_error(std::string_view name, NameRule rule);

// Whether a name can stand in the text formats without quotes.
bool is_legacy_metric_name(std::string_view name) noexcept;
bool is_legacy_label_name(std::string_view name) noexcept;

// Appends the name of a label as the text formats write it: in quotes unless it is bare.
void append_label_name(std::string& text, std::string_view name);

}  // namespace narthex::detail
