#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <narthex/registry.h>

#include "base/diagnostics.h"
#include "base/log_once_per_key.h"
#include "base/registry_statistics.h"
#include "exemplars/exemplar_source.h"
#include "families/definition.h"
#include "families/family_state.h"
#include "model/extra_labels.h"
#include "model/names.h"
#include "registry/last_body_sizes.h"
#include "registry/registered_collector.h"

namespace narthex::detail {

// What the copies of a Registry share: the families by name, and the collectors in the order they were added. Siblings,
// families that differ in the values of their constant labels, share a name; a function has one of its own.
class RegistryState final : public StatisticsSource, public std::enable_shared_from_this<RegistryState> {
 public:
  explicit RegistryState(RegistryOptions options);

  // Hands a kind what its series share with all others of the registry.
  void equip(Kind& kind) const;
  std::shared_ptr<FamilyState> define(Definition definition);
  bool remove(const FamilyState* family);
  bool remove(std::string_view name);

  std::shared_ptr<RegisteredCollector> add(std::shared_ptr<Collector> collector);
  // Returns the registration of a collector, or null.
  std::shared_ptr<RegisteredCollector> find(const Collector* collector) const;
  std::shared_ptr<RegisteredCollector> define_function(Definition definition, EmitFunction function);
  // The name of a function is free again then.
  void forget(const RegisteredCollector& collector) noexcept;

  // Returns all families in the order of their names, siblings in the order they were defined.
  std::vector<std::shared_ptr<FamilyState>> families() const;
  std::vector<std::shared_ptr<RegisteredCollector>> collectors() const;

  const ExtraLabels& labels() const noexcept { return extra_labels_; }
  NameRule name_rule() const noexcept { return name_rule_; }
  // A series of a family is left out, because another registry has served it.
  void note_clash(std::string_view family, std::string_view reason);
  // A family or a series is left out, because escaped names would be those of another one.
  void note_name_clash(std::string_view reason);

  RegistryStatistics statistics() const override;

  LastBodySizes last_body_sizes;
  std::atomic<std::uint64_t> scrapes{0};
  std::atomic<std::uint64_t> name_clashes{0};

 private:
  using Siblings = std::vector<std::shared_ptr<FamilyState>>;
  // A name that a function has taken, and the collector that calls it.
  struct Function {
    std::shared_ptr<const Definition> definition;
    const RegisteredCollector* collector;
  };

  void complete(Definition& definition) const;
  std::shared_ptr<RegisteredCollector> registered(std::shared_ptr<Collector> collector);
  void insert(const std::shared_ptr<RegisteredCollector>& collector);
  void check_clashes(const Definition& definition) const;
  const Definition* find(std::string_view name) const;

  const NameRule name_rule_;
  const Labels labels_;
  const ExtraLabels extra_labels_;
  const std::shared_ptr<const Diagnostics> diagnostics_;
  const std::shared_ptr<const ExemplarSource> exemplars_;  // null: none by themselves
  LogOncePerKey told_;
  mutable std::mutex mutex_;
  std::map<std::string, Siblings, std::less<>> families_;
  std::map<std::string, Function, std::less<>> functions_;
  std::vector<std::shared_ptr<RegisteredCollector>> collectors_;
};

}  // namespace narthex::detail
