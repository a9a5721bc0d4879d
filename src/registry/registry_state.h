#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <narthex/registry.h>

#include "base/copies.h"
#include "base/diagnostics.h"
#include "base/log_once_per_key.h"
#include "base/mutex.h"
#include "base/registry_statistics.h"
#include "families/definition.h"
#include "families/family_state.h"
#include "families/scope.h"
#include "model/extra_labels.h"
#include "model/names.h"
#include "registry/collector_list.h"
#include "registry/registered_collector.h"
#include "registry/siblings.h"

namespace narthex::detail {

// The state that all copies of a Registry share: the families and functions by name, and the collectors, which include
// those that call the functions, in the order in which they were added.
class RegistryState final : public StatisticsSource, public std::enable_shared_from_this<RegistryState> {
  const void* const copy_ = this_copy();  // the first member, so that other versions of narthex find it

 public:
  explicit RegistryState(RegistryOptions options);

  // Returns this object. Throws Error if another copy of narthex in the process made it: that copy has other cells and
  // other hazards.
  RegistryState& own();

  // Gives a kind the exemplar source of the registry, if it has one.
  void set_exemplar_source(Kind& kind) const;
  std::shared_ptr<FamilyState> define(Definition definition);
  // A scope that is null stands for the whole registry, here and below.
  bool remove(const FamilyState* family, const Scope* scope);
  bool remove(std::string_view full_name, const Scope* scope);
  // Removes all families of a scope.
  void remove_families(const Scope* scope);

  std::shared_ptr<const Scope> make_scope(Scope::Ptr outer, std::string_view prefix, Labels labels) const;

  std::shared_ptr<RegisteredCollector> add(std::shared_ptr<Collector> collector, Scope::Ptr scope);
  // Returns the registration of a collector, or null.
  std::shared_ptr<RegisteredCollector> find(const Collector* collector) const;
  // Returns one of the collectors of a scope, or null.
  std::shared_ptr<RegisteredCollector> find_any_collector(const Scope* scope) const;
  std::shared_ptr<RegisteredCollector> define_function(Definition definition, EmitFunction function);
  void remove(const RegisteredCollector& collector) noexcept;

  // Returns all families in the order of their names, siblings in the order they were defined.
  std::vector<std::shared_ptr<FamilyState>> families(const Scope* scope) const;
  std::vector<std::shared_ptr<RegisteredCollector>> collectors(const Scope* scope) const;

  const ExtraLabels& labels() const noexcept { return extra_labels_; }
  NameRule name_rule() const noexcept { return name_rule_; }
  // Logs that a series of a family is left out, because another registry has served it.
  void report_clash(std::string_view family, std::string_view reason);
  // Counts and logs that a family or series is left out, because its escaped names clash with those of another one.
  void report_name_clash(std::string_view reason);

  RegistryStatistics statistics() const override;

  // The size of the last exposition in each format, an estimate of the next size. The index is the number of the
  // format.
  std::array<std::atomic<std::size_t>, 8> last_body_sizes{};
  std::atomic<std::uint64_t> scrapes{0};
  std::atomic<std::uint64_t> name_clashes{0};

 private:
  using Names = std::map<std::string, Siblings, std::less<>>;
  // Where the definition of a function is.
  struct Function {
    Names::iterator named;
    Siblings::InOrder::iterator sibling;
  };

  // Adds the prefix and the labels of its scope and the labels of the registry, and checks the definition.
  void complete(Definition& definition) const;
  std::shared_ptr<RegisteredCollector> make_registered(std::shared_ptr<Collector> collector, Scope::Ptr scope,
                                                       RegisteredCollector::Names names);

  // All five are called under the mutex.
  Siblings::Defined insert(Definition definition);
  void insert(const std::shared_ptr<RegisteredCollector>& collector, std::shared_ptr<const Definition> function);
  // Returns the siblings of a definition, which may be empty. Throws AlreadyDefinedError if other names clash.
  Names::iterator siblings_of(const Definition& definition);
  void erase_if_empty(Names::iterator named) noexcept;
  void check_clashes(const Definition& definition) const;

  const NameRule name_rule_;
  const Labels labels_;
  const ExtraLabels extra_labels_;
  const std::shared_ptr<const Diagnostics> diagnostics_;
  const ExemplarSource exemplars_;
  LogOncePerKey logged_;
  mutable Mutex mutex_;
  Names names_;  // none is empty
  CollectorList collectors_;
  std::unordered_map<const RegisteredCollector*, Function> functions_;  // by the collector that calls the function
};

}  // namespace narthex::detail
