#include "registry/registry_state.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>
#include <narthex/sink.h>

#include "model/name_clash.h"
#include "registry/function_metric.h"

namespace narthex::detail {

RegistryState::RegistryState(RegistryOptions options)
    : name_rule_(options.utf8_names ? NameRule::utf8 : NameRule::legacy),
      labels_(std::move(options.labels)), extra_labels_(labels_, name_rule_),
      diagnostics_(
          std::make_shared<const Diagnostics>(std::move(options.diagnostic))),
      exemplars_(options.exemplars.labels
                     ? std::make_shared<const ExemplarOptions>(
                           std::move(options.exemplars))
                     : nullptr) {}

void RegistryState::set_exemplar_source(Kind &kind) const {
  if (exemplars_)
    kind.use(exemplars_);
}

void RegistryState::complete(Definition &definition) const {
  definition.constant_labels.insert(definition.constant_labels.end(),
                                    labels_.begin(), labels_.end());
  check(definition, name_rule_);
}

std::shared_ptr<FamilyState> RegistryState::define(Definition definition) {
  complete(definition);
  const std::lock_guard lock(mutex_);
  const auto named = families_.find(definition.name);
  if (named == families_.end()) {
    if (const Definition *function = find(definition.name)) {
      throw AlreadyDefinedError(conflict_with_function(definition, *function));
    }
    check_clashes(definition);
    const std::string name = definition.name;
    auto family =
        std::make_shared<FamilyState>(std::move(definition), diagnostics_);
    families_.emplace(name, Siblings{family});
    return family;
  }
  for (const auto &family : named->second) {
    const Definition &before = family->definition();
    if (!are_siblings(definition, before))
      throw AlreadyDefinedError(conflict(definition, before));
    if (have_same_constants(definition, before))
      return family;
  }
  return named->second.emplace_back(
      std::make_shared<FamilyState>(std::move(definition), diagnostics_));
}

bool RegistryState::remove(const FamilyState *family) {
  Siblings removed; // destroyed after the mutex is unlocked
  const std::lock_guard lock(mutex_);
  const auto named = families_.find(family->definition().name);
  if (named == families_.end())
    return false;
  const auto found = std::ranges::find(named->second, family,
                                       &std::shared_ptr<FamilyState>::get);
  if (found == named->second.end())
    return false;
  removed.push_back(std::move(*found));
  named->second.erase(found);
  if (named->second.empty())
    families_.erase(named);
  return true;
}

bool RegistryState::remove(std::string_view name) {
  Siblings removed; // destroyed after the mutex is unlocked
  const std::lock_guard lock(mutex_);
  const auto named = families_.find(name);
  if (named == families_.end())
    return false;
  removed = std::move(named->second);
  families_.erase(named);
  return true;
}

std::shared_ptr<RegisteredCollector>
RegistryState::make_registered(std::shared_ptr<Collector> collector) {
  return std::make_shared<RegisteredCollector>(std::move(collector),
                                               weak_from_this(), diagnostics_);
}

std::shared_ptr<RegisteredCollector>
RegistryState::add(std::shared_ptr<Collector> collector) {
  auto added = make_registered(std::move(collector));
  const std::lock_guard lock(mutex_);
  collectors_.add(added);
  return added;
}

std::shared_ptr<RegisteredCollector>
RegistryState::find(const Collector *collector) const {
  const std::lock_guard lock(mutex_);
  return collectors_.find(collector);
}

std::shared_ptr<RegisteredCollector>
RegistryState::define_function(Definition definition, EmitFunction function) {
  complete(definition);
  if (!function) {
    throw RegistrationError(fmt::format(
        "{}: the function is empty; pass a function that returns the value",
        title(definition)));
  }
  const auto shared = std::make_shared<const Definition>(std::move(definition));
  auto added = make_registered(
      std::make_shared<FunctionMetric>(shared, std::move(function)));
  const std::lock_guard lock(mutex_);
  if (const Definition *before = find(shared->name)) {
    throw AlreadyDefinedError(conflict_with_function(*shared, *before));
  }
  check_clashes(*shared);
  const auto named =
      functions_.emplace(shared->name, Function{shared, added.get()}).first;
  try {
    collectors_.add(added);
  } catch (...) {
    functions_.erase(named);
    throw;
  }
  return added;
}

void RegistryState::remove(const RegisteredCollector &collector) noexcept {
  const std::lock_guard lock(mutex_);
  collectors_.remove(collector);
  const auto named = functions_.find(collector.name());
  if (named != functions_.end() && named->second.collector == &collector)
    functions_.erase(named);
}

std::vector<std::shared_ptr<FamilyState>> RegistryState::families() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<FamilyState>> all;
  all.reserve(families_.size());
  for (const auto &[name, siblings] : families_)
    all.insert(all.end(), siblings.begin(), siblings.end());
  return all;
}

std::vector<std::shared_ptr<RegisteredCollector>>
RegistryState::collectors() const {
  const std::lock_guard lock(mutex_);
  return collectors_.all();
}

RegistryStatistics RegistryState::statistics() const {
  // relaxed, here and below: a sum orders nothing else
  RegistryStatistics all{scrapes.load(std::memory_order_relaxed),
                         name_clashes.load(std::memory_order_relaxed),
                         {},
                         {}};
  for (const auto &family : families()) {
    if (const auto overflowed = family->overflowed())
      all.overflows[family->definition().name] += overflowed;
  }
  for (const auto &collector : collectors()) {
    const CollectorTotals &totals =
        *collector->totals(); // shared by all collectors of this name
    CollectorStatistics &one = all.collectors[collector->name()];
    one.errors = totals.errors.load(std::memory_order_relaxed);
    one.skipped = totals.skipped.load(std::memory_order_relaxed);
    one.clashes = totals.clashes.load(std::memory_order_relaxed);
    if (const auto duration = collector->last_duration()) {
      one.last_duration_seconds =
          one.last_duration_seconds.value_or(0) + *duration;
    }
  }
  return all;
}

void RegistryState::report_clash(std::string_view family,
                                 std::string_view reason) {
  if (logged_.is_new(family))
    diagnostics_->log(reason);
}

void RegistryState::report_name_clash(std::string_view reason) {
  name_clashes.fetch_add(
      1, std::memory_order_relaxed); // relaxed: a sum orders nothing else
  if (logged_.is_new(reason))
    diagnostics_->log(reason);
}

void RegistryState::check_clashes(const Definition &definition) const {
  const auto clash = find_name_clash(
      definition.kind->type(), definition.name, [this](std::string_view name) {
        const Definition *other = find(name);
        return other ? std::optional(other->kind->type()) : std::nullopt;
      });
  if (!clash)
    return;
  throw AlreadyDefinedError(
      fmt::format("{}: clashes with {} {}, because {}", title(definition),
                  to_string(clash->type), quote(clash->name), clash->reason));
}

// Returns a definition of this name, or null.
const Definition *RegistryState::find(std::string_view name) const {
  if (const auto family = families_.find(name); family != families_.end()) {
    return &family->second.front()->definition();
  }
  const auto function = functions_.find(name);
  return function == functions_.end() ? nullptr
                                      : function->second.definition.get();
}

} // namespace narthex::detail
