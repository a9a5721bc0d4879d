#pragma once

#include <string>
#include <vector>

#include <narthex/labels.h>

#include "model/names.h"

namespace narthex::detail {

// The labels of a registry, ready to go on samples that somebody else has labelled.
class ExtraLabels {
 public:
  // Throws RegistrationError for labels that cannot be served.
  ExtraLabels(const Labels& labels, NameRule rule);

  // Returns the text of `own` with these labels in their places; what it has already stays as it is.
  std::string added_to(LabelView own) const;

 private:
  struct Label {
    std::string name;
    std::string text;  // name="value"
  };

  std::vector<Label> labels_;  // by name
};

}  // namespace narthex::detail
