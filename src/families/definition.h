#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <narthex/detail/kind.h>
#include <narthex/labels.h>

#include "model/names.h"

namespace narthex::detail {

// The definition of a family.
struct Definition {
  std::string name;
  std::string help;
  std::string unit;
  Labels constant_labels;
  std::vector<std::string> label_names;  // in the order of labels(...)
  std::size_t max_series;
  std::chrono::milliseconds idle_timeout;
  std::unique_ptr<const Kind> kind;
};

// Returns the first part of messages: "counter 'requests_total'".
std::string title(const Definition& definition);

// Throws RegistrationError, which quotes the error and the rule, if the definition is not valid.
void check(const Definition& definition, NameRule rule);

// Returns whether both may share a name: they differ at most in the values of the constant labels.
bool are_siblings(const Definition& a, const Definition& b);

// Returns whether the constant labels of two siblings have the same values.
bool have_same_constants(const Definition& a, const Definition& b);

// Returns the message for two different definitions of one name. It quotes both.
std::string conflict(const Definition& now, const Definition& before);

// Returns the message for two definitions of one name of which one is a function. It quotes both.
std::string conflict_with_function(const Definition& now, const Definition& before);

}  // namespace narthex::detail
