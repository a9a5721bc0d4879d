#include <narthex/family.h>

#include "family_state.h"
#include "label_values.h"

namespace narthex::detail {

Found find_or_make(FamilyState& family, std::span<const std::string_view> values) {
  return with_escaped(values, [&](EscapedValues escaped) { return family.find_or_make(escaped); });
}

bool remove(FamilyState& family, std::span<const std::string_view> values) {
  return with_escaped(values, [&](EscapedValues escaped) { return family.remove(escaped); });
}

}  // namespace narthex::detail
