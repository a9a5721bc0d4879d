#include "remote_write/new_exemplars.h"

#include <algorithm>
#include <cmath>

#include "base/infinity.h"

namespace narthex::detail {

NewExemplars::SortKey NewExemplars::sort_key_of(const Exemplar& exemplar) {
  const double value = std::isnan(exemplar.value) ? -kInfinity : exemplar.value;
  return {exemplar.at->time_since_epoch().count(), value};
}

void NewExemplars::commit() {
  std::erase_if(newest_, [this](const auto& entry) { return entry.second.collection != collection_; });
  for (auto& [series, newest] : newest_) newest.sent = newest.collected;
}

const Exemplar* NewExemplars::select(std::uint64_t series, const Exemplar* exemplar) {
  if (!exemplar || !exemplar->at) return nullptr;
  Newest& newest = newest_[series];
  newest.collection = collection_;
  newest.collected = std::max(newest.sent, sort_key_of(*exemplar), std::less<>());
  return newest.sent < sort_key_of(*exemplar) ? exemplar : nullptr;
}

std::span<const Exemplar> NewExemplars::select(std::uint64_t series, std::span<const Exemplar> exemplars) {
  selected_.clear();
  if (exemplars.empty()) return {};
  Newest& newest = newest_[series];
  newest.collection = collection_;
  for (const Exemplar& exemplar : exemplars) {
    if (exemplar.at && newest.sent < sort_key_of(exemplar)) selected_.push_back(exemplar);
  }
  std::ranges::sort(selected_, [](const Exemplar& a, const Exemplar& b) { return sort_key_of(a) < sort_key_of(b); });
  newest.collected = selected_.empty() ? newest.sent : sort_key_of(selected_.back());
  return selected_;
}

std::uint64_t NewExemplars::series(std::string_view family, LabelView labels, std::size_t position) const noexcept {
  const std::uint64_t hash = add_to_hash(hash_of_text(family, seed_), position, seed_.multiplier);
  return add_to_hash(hash, hash_of_text(labels.text(), seed_), seed_.multiplier);
}

}  // namespace narthex::detail
