#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <narthex/detail/kind.h>
#include <narthex/labels.h>

#include "families/scope.h"
#include "model/names.h"

namespace narthex::detail {

// The label value of overflow series.
inline constexpr std::string_view kOverflow = "__overflow__";

// The definition of a family.
struct Definition {
  std::string name;
  std::string help;
  std::string unit;
  Labels constant_labels;
  std::vector<std::string> label_names;                 // in the order of labels(...)
  std::vector<std::vector<std::string>> closed_values;  // the values of each label; empty if the labels are not closed
  std::size_t max_series;
  std::chrono::milliseconds idle_timeout;
  std::unique_ptr<const Kind> kind;
  Scope::Ptr scope;  // whose prefix and labels are in the name and the constant labels
};

// Returns the first part of messages: "counter 'requests_total'".
std::string title(const Definition& definition);

// Returns the number of combinations of the closed values, which check() limits.
std::size_t closed_combinations(const Definition& definition) noexcept;

// Throws RegistrationError, which quotes the error and the rule, if the definition is not valid.
void check(const Definition& definition, NameRule rule);

// Returns whether both may share a name: they differ at most in the values of the constant labels.
bool are_siblings(const Definition& a, const Definition& b);

// Returns the message for two definitions of one name that are not siblings. It shows the difference.
std::string conflict(const Definition& now, const Definition& before);

// Returns the message for two definitions with the same name and constant labels in different scopes.
std::string conflict_of_scopes(const Definition& now, const Definition& before);

// Returns the message for two definitions with the same constant labels of which one is a function. `earlier` is what
// the earlier one defined: "a function".
std::string conflict_with_function(const Definition& now, std::string_view earlier);

}  // namespace narthex::detail
