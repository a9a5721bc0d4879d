#include <narthex/any_family.h>

#include <algorithm>

#include <fmt/format.h>
#include <narthex/error.h>

#include "base/joined.h"
#include "families/family_state.h"

namespace narthex {

std::size_t AnyFamily::remove_matching(const Labels& labels) const {
  return state_ ? state_->remove_matching(labels) : 0;
}

std::size_t AnyFamily::clear() const { return state_ ? state_->clear() : 0; }

detail::LookupResult AnyFamily::find_or_create(Values values, const std::uint64_t* words) const {
  return state_ ? state_->find_or_create(values, words) : detail::LookupResult();
}

detail::LookupResult AnyFamily::find(Values values, const std::uint64_t* words) const {
  return state_ ? state_->find(values, words) : detail::LookupResult();
}

bool AnyFamily::remove(Values values, const std::uint64_t* words) const {
  return state_ && state_->remove(values, words);
}

const std::atomic<detail::Series*>* AnyFamily::shown_series() const noexcept { return state_->closed()->shown(); }

void AnyFamily::copy_label_sizes(std::span<std::size_t> sizes) const noexcept {
  const auto& closed_values = state_->definition().closed_values;
  std::ranges::transform(closed_values, sizes.begin(), [](const auto& values) { return values.size(); });
}

detail::Series* AnyFamily::show(std::size_t index) const noexcept { return state_ ? state_->show(index) : nullptr; }

bool AnyFamily::remove(std::size_t index) const { return state_ && state_->remove(index); }

void AnyFamily::check_count(std::size_t values) const {
  if (!state_) return;
  const detail::Definition& definition = state_->definition();
  if (values == definition.label_names.size()) return;
  throw LabelError(fmt::format("{}: {} label values; allowed: {}, one for each of ({})", detail::title(definition),
                               values, definition.label_names.size(), detail::joined(definition.label_names, ", ")));
}

}  // namespace narthex
