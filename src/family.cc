#include <narthex/family.h>

#include "family_state.h"

namespace narthex::detail {

Found find_or_make(FamilyState& family, std::span<const std::string_view> values) {
  return family.find_or_make(values);
}

bool remove(FamilyState& family, std::span<const std::string_view> values) { return family.remove(values); }

}  // namespace narthex::detail
