#pragma once

#include <string>
#include <vector>

#include <narthex/labels.h>

#include "model/names.h"

namespace narthex::detail {

// The labels of a registry, which are added to the samples of collectors.
class ExtraLabels {
 public:
  // Throws RegistrationError for invalid, reserved, or repeated names, and for values that are not UTF-8.
  ExtraLabels(const Labels& labels, NameRule rule);

  // Returns the text of `own` with these labels, sorted by name. A label that `own` has already keeps its value.
  std::string added_to(LabelView own) const;

 private:
  struct Label {
    std::string name;
    std::string text;  // name="value"
  };

  std::vector<Label> labels_;  // by name
};

}  // namespace narthex::detail
