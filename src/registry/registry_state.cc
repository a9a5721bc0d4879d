#include "registry/registry_state.h"

#include <iterator>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <narthex/detail/hazard_ptr.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>
#include <narthex/sink.h>

#include "base/fork_gate.h"
#include "model/name_clash.h"
#include "registry/function_metric.h"

namespace narthex::detail {

RegistryState::RegistryState(RegistryOptions options)
    : name_rule_(options.utf8_names ? NameRule::utf8 : NameRule::legacy),
      labels_(std::move(options.labels)),
      extra_labels_(labels_, name_rule_),
      diagnostics_(std::make_shared<const Diagnostics>(std::move(options.diagnostic))),
      exemplars_(options.exemplars.labels ? std::make_shared<const ExemplarOptions>(std::move(options.exemplars))
                                          : nullptr) {
  ForkGate::register_handlers();
}

RegistryState& RegistryState::own() {
  if (copy_ != this_copy()) {
    throw Error(
        "the registry belongs to another copy of narthex in this process; link the shared library of narthex, of which "
        "there is only one copy");
  }
  return *this;
}

void RegistryState::set_exemplar_source(Kind& kind) const {
  if (exemplars_) kind.use(exemplars_);
}

void RegistryState::complete(Definition& definition) const {
  if (const Scope* const scope = definition.scope.get()) {
    if (!definition.name.empty()) definition.name.insert(0, scope->prefix());  // an empty name stays an error
    definition.constant_labels.insert(definition.constant_labels.end(), scope->labels().begin(), scope->labels().end());
  }
  definition.constant_labels.insert(definition.constant_labels.end(), labels_.begin(), labels_.end());
  check(definition, name_rule_);
}

std::shared_ptr<FamilyState> RegistryState::define(Definition definition) {
  complete(definition);
  const Siblings::Defined defined = [&] {
    const std::lock_guard lock(mutex_);
    return insert(std::move(definition));
  }();
  if (defined.is_beyond_limit && defined.family->definition().label_names.empty()) {
    // The definition is the lookup of its only series. It is counted without the mutex, because it may log.
    const HazardPtr<Series> series(defined.family->find_or_create_overflow());
  }
  return defined.family;
}

Siblings::Defined RegistryState::insert(Definition definition) {
  const auto named = siblings_of(definition);
  try {
    return named->second.define(std::move(definition));
  } catch (...) {
    erase_if_empty(named);
    throw;
  }
}

RegistryState::Names::iterator RegistryState::siblings_of(const Definition& definition) {
  const auto named = names_.find(definition.name);
  if (named != names_.end()) return named;
  check_clashes(definition);
  return names_.try_emplace(definition.name, definition.max_series, labels_.size(), diagnostics_).first;
}

void RegistryState::erase_if_empty(Names::iterator named) noexcept {
  if (named->second.empty()) names_.erase(named);
}

bool RegistryState::remove(const FamilyState* family, const Scope* scope) {
  if (!Scope::is_inside(family->definition().scope.get(), scope)) return false;
  Siblings::InOrder removed;  // destroyed after the mutex is unlocked
  const std::lock_guard lock(mutex_);
  const auto named = names_.find(family->definition().name);
  if (named == names_.end()) return false;
  removed = named->second.remove(*family);
  erase_if_empty(named);
  return !removed.empty();
}

bool RegistryState::remove(std::string_view full_name, const Scope* scope) {
  Siblings::InOrder removed;  // destroyed after the mutex is unlocked
  const std::lock_guard lock(mutex_);
  const auto named = names_.find(full_name);
  if (named == names_.end()) return false;
  removed = named->second.remove_families(scope);
  erase_if_empty(named);
  return !removed.empty();
}

void RegistryState::remove_families(const Scope* scope) {
  Siblings::InOrder removed;  // destroyed after the mutex is unlocked
  const std::lock_guard lock(mutex_);
  for (auto named = names_.begin(); named != names_.end();) {
    const auto next = std::next(named);
    removed.splice(removed.end(), named->second.remove_families(scope));
    erase_if_empty(named);
    named = next;
  }
}

std::shared_ptr<const Scope> RegistryState::make_scope(Scope::Ptr outer, std::string_view prefix, Labels labels) const {
  return std::make_shared<const Scope>(std::move(outer), prefix, std::move(labels), labels_, name_rule_);
}

std::shared_ptr<RegisteredCollector> RegistryState::make_registered(std::shared_ptr<Collector> collector,
                                                                    Scope::Ptr scope,
                                                                    RegisteredCollector::Names names) {
  return std::make_shared<RegisteredCollector>(std::move(collector), weak_from_this(), std::move(scope), names,
                                               diagnostics_);
}

std::shared_ptr<RegisteredCollector> RegistryState::add(std::shared_ptr<Collector> collector, Scope::Ptr scope) {
  auto added = make_registered(std::move(collector), std::move(scope), RegisteredCollector::Names::without_prefix);
  const std::lock_guard lock(mutex_);
  collectors_.add(added);
  return added;
}

std::shared_ptr<RegisteredCollector> RegistryState::find(const Collector* collector) const {
  const std::lock_guard lock(mutex_);
  return collectors_.find(collector);
}

std::shared_ptr<RegisteredCollector> RegistryState::find_any_collector(const Scope* scope) const {
  const std::lock_guard lock(mutex_);
  return collectors_.find_any(scope);
}

std::shared_ptr<RegisteredCollector> RegistryState::define_function(Definition definition, EmitFunction function) {
  complete(definition);
  if (!function) {
    throw RegistrationError(
        fmt::format("{}: the function is empty; pass a function that returns the value", title(definition)));
  }
  const auto shared = std::make_shared<const Definition>(std::move(definition));
  auto added = make_registered(std::make_shared<FunctionMetric>(shared, std::move(function)), shared->scope,
                               RegisteredCollector::Names::complete);
  const std::lock_guard lock(mutex_);
  insert(added, shared);
  return added;
}

void RegistryState::insert(const std::shared_ptr<RegisteredCollector>& collector,
                           std::shared_ptr<const Definition> function) {
  const auto named = siblings_of(*function);
  try {
    collectors_.add(collector);
    Function& inserted = functions_.emplace(collector.get(), Function{named, {}}).first->second;
    inserted.sibling = named->second.define_function(std::move(function));
  } catch (...) {
    collectors_.remove(*collector);
    functions_.erase(collector.get());
    erase_if_empty(named);
    throw;
  }
}

void RegistryState::remove(const RegisteredCollector& collector) noexcept {
  const std::lock_guard lock(mutex_);
  collectors_.remove(collector);
  const auto function = functions_.find(&collector);
  if (function == functions_.end()) return;
  const auto [named, sibling] = function->second;
  named->second.remove(sibling);
  functions_.erase(function);
  erase_if_empty(named);
}

std::vector<std::shared_ptr<FamilyState>> RegistryState::families(const Scope* scope) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<FamilyState>> all;
  all.reserve(names_.size());
  for (const auto& [name, siblings] : names_) siblings.append_families_to(all, scope);
  return all;
}

std::vector<std::shared_ptr<RegisteredCollector>> RegistryState::collectors(const Scope* scope) const {
  const std::lock_guard lock(mutex_);
  return collectors_.all(scope);
}

RegistryStatistics RegistryState::statistics() const {
  // relaxed, here and below: a sum orders nothing else
  RegistryStatistics all{scrapes.load(std::memory_order_relaxed), name_clashes.load(std::memory_order_relaxed), {}, {}};
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, siblings] : names_) {
      if (const auto overflowed = siblings.overflowed()) all.overflows.emplace(name, overflowed);
    }
  }
  for (const auto& collector : collectors(nullptr)) {
    const CollectorTotals& totals = *collector->totals();  // shared by all collectors of this name
    CollectorStatistics& one = all.collectors[collector->name()];
    one.errors = totals.errors.load(std::memory_order_relaxed);
    one.skipped = totals.skipped.load(std::memory_order_relaxed);
    one.clashes = totals.clashes.load(std::memory_order_relaxed);
    if (const auto duration = collector->last_duration()) {
      one.last_duration_seconds = one.last_duration_seconds.value_or(0) + *duration;
    }
  }
  return all;
}

void RegistryState::report_clash(std::string_view family, std::string_view reason) {
  if (logged_.is_new(family)) diagnostics_->log(reason);
}

void RegistryState::report_name_clash(std::string_view reason) {
  name_clashes.fetch_add(1, std::memory_order_relaxed);  // relaxed: a sum orders nothing else
  if (logged_.is_new(reason)) diagnostics_->log(reason);
}

void RegistryState::check_clashes(const Definition& definition) const {
  const auto clash = find_name_clash(definition.kind->type(), definition.name, [this](std::string_view name) {
    const auto other = names_.find(name);
    return other == names_.end() ? std::nullopt : std::optional(other->second.any().kind->type());
  });
  if (!clash) return;
  throw AlreadyDefinedError(fmt::format("{}: clashes with {} {}, because {}", title(definition), to_string(clash->type),
                                        quote(clash->name), clash->reason));
}

}  // namespace narthex::detail
