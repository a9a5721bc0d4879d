#include "registry/siblings.h"

#include <algorithm>
#include <iterator>
#include <mutex>
#include <utility>

#include <fmt/format.h>
#include <narthex/error.h>

#include "model/label_hash.h"
#include "model/label_layout.h"

namespace narthex::detail {

namespace {

// Returns a text that only definitions with the same constant labels have.
std::string constants_of(const Definition& definition) {
  std::string text;
  LabelLayout(definition.constant_labels, {}).render({}, text);
  return text;
}

// Returns a limit of one series, which is taken. So all label values are counted in the overflow series.
std::shared_ptr<SeriesLimit> make_full_limit() {
  auto limit = std::make_shared<SeriesLimit>(1);
  limit->update(0, 1);
  return limit;
}

}  // namespace

std::size_t Siblings::Hash::operator()(const std::string& text) const { return hash_of_text(text, hash_seed()); }

Siblings::Siblings(std::size_t max_series, std::size_t registry_labels, std::shared_ptr<const Diagnostics> diagnostics)
    : registry_labels_(registry_labels),
      diagnostics_(std::move(diagnostics)),
      limit_(std::make_shared<SeriesLimit>(max_series)),
      overflowed_(std::make_shared<std::atomic<std::uint64_t>>(0)) {}

const Sibling* Siblings::find(const Definition& definition, const std::string& constants) const {
  if (empty()) return nullptr;
  if (!are_siblings(definition, any())) throw AlreadyDefinedError(conflict(definition, any()));
  const auto found = by_constants_.find(constants);
  if (found == by_constants_.end()) return nullptr;
  const Definition& earlier = found->second->definition();
  if (!Scope::are_equal(definition.scope.get(), earlier.scope.get())) {
    throw AlreadyDefinedError(conflict_of_scopes(definition, earlier));
  }
  return &*found->second;
}

Siblings::Defined Siblings::define(Definition definition) {
  std::string constants = constants_of(definition);
  if (const Sibling* const sibling = find(definition, constants)) {
    if (!sibling->family) throw AlreadyDefinedError(conflict_with_function(definition, "a function"));
    return {sibling->family, false};
  }
  if (has_maximum()) remove_unused();
  if (has_maximum()) return define_beyond_limit(std::move(definition));
  auto family = std::make_shared<FamilyState>(std::move(definition), limit_, overflowed_, diagnostics_);
  add(std::move(constants), {family, nullptr});
  return {std::move(family), false};
}

Siblings::Defined Siblings::define_beyond_limit(Definition definition) {
  for (std::size_t i = registry_labels_; i < definition.constant_labels.size(); ++i) {
    definition.constant_labels[i - registry_labels_].second = kOverflow;
  }
  definition.scope = nullptr;  // the labels of all scopes are the same now
  std::string constants = constants_of(definition);
  if (const Sibling* const sibling = find(definition, constants)) {
    if (!sibling->family) throw AlreadyDefinedError(conflict_with_function(definition, "a function"));
    return {sibling->family, true};
  }
  auto family = std::make_shared<FamilyState>(std::move(definition), make_full_limit(), overflowed_, diagnostics_);
  add(std::move(constants), {family, nullptr});
  overflow_ = family.get();
  return {std::move(family), true};
}

Siblings::InOrder::iterator Siblings::define_function(std::shared_ptr<const Definition> definition) {
  std::string constants = constants_of(*definition);
  if (const Sibling* const sibling = find(*definition, constants)) {
    throw AlreadyDefinedError(conflict_with_function(*definition, sibling->family ? "a metric" : "a function"));
  }
  if (has_maximum()) remove_unused();
  if (has_maximum() || is_full()) {
    throw RegistrationError(
        fmt::format("{}: the family has its maximum of {} series (max_series); a function beyond it is refused; raise "
                    "max_series in all definitions of this name; 0 means unlimited",
                    title(*definition), limit_->max_series()));
  }
  const auto added = add(std::move(constants), {nullptr, std::move(definition)});
  const std::lock_guard lock(limit_->mutex());
  limit_->update(0, 1);
  return added;
}

Siblings::InOrder::iterator Siblings::add(std::string constants, Sibling sibling) {
  InOrder one;
  one.push_back(std::move(sibling));
  const auto added = by_constants_.emplace(std::move(constants), one.begin()).first;
  one.front().constants = &added->first;
  in_order_.splice(in_order_.end(), one);
  return added->second;
}

Siblings::InOrder Siblings::remove(InOrder::iterator sibling) noexcept {
  if (sibling->family) {
    sibling->family->leave_limit();
    if (sibling->family.get() == overflow_) overflow_ = nullptr;
  } else {
    const std::lock_guard lock(limit_->mutex());
    limit_->update(1, 0);
  }
  if (sibling == hand_) ++hand_;
  by_constants_.erase(by_constants_.find(*sibling->constants));
  InOrder removed;
  removed.splice(removed.end(), in_order_, sibling);
  return removed;
}

Siblings::InOrder Siblings::remove(const FamilyState& family) {
  const auto found = by_constants_.find(constants_of(family.definition()));
  if (found == by_constants_.end() || found->second->family.get() != &family) return {};
  return remove(found->second);
}

Siblings::InOrder Siblings::remove_families(const Scope* scope) noexcept {
  InOrder removed;
  for (auto sibling = in_order_.begin(); sibling != in_order_.end();) {
    const auto next = std::next(sibling);
    const bool is_removed = sibling->family && Scope::is_inside(sibling->definition().scope.get(), scope);
    if (is_removed) removed.splice(removed.end(), remove(sibling));
    sibling = next;
  }
  return removed;
}

void Siblings::remove_unused() noexcept {
  constexpr std::size_t kInspected = 64;
  for (std::size_t left = std::min(kInspected, in_order_.size()); left > 0; --left) {
    if (hand_ == in_order_.end()) hand_ = in_order_.begin();
    const auto sibling = hand_++;
    if (sibling->family && sibling->family.use_count() == 1 && sibling->family->is_empty()) remove(sibling);
  }
}

void Siblings::append_families_to(std::vector<std::shared_ptr<FamilyState>>& all, const Scope* scope) const {
  for (const Sibling& sibling : in_order_) {
    if (!sibling.family) continue;
    // Without a scope every family matches, so none is read: its memory is often in no cache.
    if (!scope || Scope::is_inside(sibling.definition().scope.get(), scope)) all.push_back(sibling.family);
  }
}

// Returns whether there are max_series siblings.
bool Siblings::has_maximum() const noexcept {
  return limit_->max_series() != 0 && in_order_.size() - (overflow_ ? 1 : 0) >= limit_->max_series();
}

// Returns whether there are max_series series.
bool Siblings::is_full() const noexcept {
  const std::lock_guard lock(limit_->mutex());
  return limit_->is_full();
}

}  // namespace narthex::detail
