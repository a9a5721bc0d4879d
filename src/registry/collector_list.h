#pragma once

#include <list>
#include <memory>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <narthex/collector.h>

#include "registry/registered_collector.h"

namespace narthex::detail {

// The collectors of one registry in the order in which they were added. Collectors of one name share their totals.
// Adding, finding, and removing a collector take at most logarithmic time. The mutex of the registry guards everything.
class CollectorList {
 public:
  // Throws AlreadyDefinedError if the list has the collector.
  void add(const std::shared_ptr<RegisteredCollector>& collector);
  // Returns the registration of a collector, or null.
  std::shared_ptr<RegisteredCollector> find(const Collector* collector) const;
  // The caller has a reference, so that this does not destroy the collector. Does nothing if the list does not have it.
  void remove(const RegisteredCollector& collector) noexcept;

  // Those of a scope.
  std::vector<std::shared_ptr<RegisteredCollector>> all(const Scope* scope) const;
  // Returns one of a scope, or null.
  std::shared_ptr<RegisteredCollector> find_any(const Scope* scope) const noexcept;

 private:
  using InOrder = std::list<std::shared_ptr<RegisteredCollector>>;

  InOrder in_order_;
  std::unordered_map<const Collector*, InOrder::iterator> by_identity_;
  std::set<std::pair<std::string_view, const RegisteredCollector*>> by_name_;
};

}  // namespace narthex::detail
