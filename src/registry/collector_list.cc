#include "registry/collector_list.h"

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>

namespace narthex::detail {

void CollectorList::add(const std::shared_ptr<RegisteredCollector>& collector) {
  InOrder one{collector};
  if (!by_identity_.emplace(collector->identity(), one.begin()).second) {
    throw AlreadyDefinedError(
        fmt::format("collector {}: it is already in this registry; add a collector once", quote(collector->name())));
  }
  const auto namesake = by_name_.lower_bound({collector->name(), nullptr});
  if (namesake != by_name_.end() && namesake->first == collector->name()) collector->share_totals(*namesake->second);
  try {
    by_name_.emplace(collector->name(), collector.get());
  } catch (...) {
    by_identity_.erase(collector->identity());
    throw;
  }
  in_order_.splice(in_order_.end(), one);
}

std::shared_ptr<RegisteredCollector> CollectorList::find(const Collector* collector) const {
  const auto found = by_identity_.find(collector);
  return found == by_identity_.end() ? nullptr : *found->second;
}

void CollectorList::remove(const RegisteredCollector& collector) noexcept {
  const auto found = by_identity_.find(collector.identity());
  if (found == by_identity_.end() || found->second->get() != &collector) return;
  by_name_.erase({collector.name(), &collector});
  in_order_.erase(found->second);
  by_identity_.erase(found);
}

std::shared_ptr<RegisteredCollector> CollectorList::find_any(const Scope* scope) const noexcept {
  for (const auto& collector : in_order_) {
    if (Scope::is_inside(collector->scope(), scope)) return collector;
  }
  return nullptr;
}

std::vector<std::shared_ptr<RegisteredCollector>> CollectorList::all(const Scope* scope) const {
  std::vector<std::shared_ptr<RegisteredCollector>> all;
  all.reserve(in_order_.size());
  for (const auto& collector : in_order_) {
    if (Scope::is_inside(collector->scope(), scope)) all.push_back(collector);
  }
  return all;
}

}  // namespace narthex::detail
