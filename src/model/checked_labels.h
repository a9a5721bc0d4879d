#pragma once

#include <string_view>

#include <narthex/labels.h>

namespace narthex::detail {

// Creates a LabelView of a text that is valid: sorted by name and escaped.
class CheckedLabels {
 public:
  static LabelView view(std::string_view text) noexcept { return LabelView(text); }
};

}  // namespace narthex::detail
