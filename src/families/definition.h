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

// Everything that makes a family what it is.
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

// Returns "counter 'requests_total'": how messages begin.
std::string title(const Definition& definition);

// Throws RegistrationError, which quotes the culprit and the rule, unless the definition can be served as it stands.
void check(const Definition& definition, NameRule rule);

// Tells whether both may be served under one name: all is the same but the values of the constant labels.
bool are_siblings(const Definition& a, const Definition& b);

// Tells two siblings apart.
bool have_same_constants(const Definition& a, const Definition& b);

// Returns the message that two definitions of one name do not agree; it quotes both.
std::string conflict(const Definition& now, const Definition& before);

// Returns the message that one of both gets its values from a function, whose name nobody else may have.
std::string conflict_with_function(const Definition& now, const Definition& before);

}  // namespace narthex::detail
