#include <narthex/detail/family_handle.h>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <narthex/error.h>

#include "families/family_state.h"

namespace narthex::detail {

std::size_t FamilyHandle::remove_matching(const Labels& labels) const {
  return state_ ? state_->remove_matching(labels) : 0;
}

std::size_t FamilyHandle::clear() const { return state_ ? state_->clear() : 0; }

LookupResult FamilyHandle::find_or_make(Values values) const {
  return state_ ? state_->find_or_make(values) : LookupResult();
}

LookupResult FamilyHandle::find(Values values) const { return state_ ? state_->find(values) : LookupResult(); }

bool FamilyHandle::remove(Values values) const { return state_ && state_->remove(values); }

void FamilyHandle::check_count(std::size_t values) const {
  if (!state_) return;
  const Definition& definition = state_->definition();
  if (values == definition.label_names.size()) return;
  throw RegistrationError(fmt::format("{}: {} label values for {} names ({})", title(definition), values,
                                      definition.label_names.size(), fmt::join(definition.label_names, ", ")));
}

}  // namespace narthex::detail
