#include <narthex/registry.h>

#include <utility>

#include <narthex/sink.h>

#include "families/definition.h"
#include "families/scope.h"
#include "registry/registry_state.h"
#include "registry/scrape.h"

namespace narthex {

namespace {

detail::Definition definition_of(const detail::FamilyOptions& options, detail::LabelSet labels,
                                 std::unique_ptr<detail::Kind> kind, detail::Scope::Ptr scope) {
  return {std::string(options.name), std::string(options.help),
          std::string(options.unit), options.labels,
          std::move(labels.names),   std::move(labels.closed_values),
          options.max_series,        options.idle_timeout,
          std::move(kind),           std::move(scope)};
}

}  // namespace

Registry::Registry() : Registry(RegistryOptions()) {}

Registry::Registry(RegistryOptions options) : state_(std::make_shared<detail::RegistryState>(std::move(options))) {}

Registry::~Registry() = default;

std::shared_ptr<detail::FamilyState> Registry::define(const detail::FamilyOptions& options, detail::LabelSet labels,
                                                      std::unique_ptr<detail::Kind> kind) const {
  state_->own().set_exemplar_source(*kind);
  return state_->define(definition_of(options, std::move(labels), std::move(kind), scope_));
}

Registration Registry::define_function(const detail::FamilyOptions& options, std::vector<std::string> label_names,
                                       std::unique_ptr<detail::Kind> kind, detail::EmitFunction function) const {
  return Registration(state_->own().define_function(
      definition_of(options, {std::move(label_names)}, std::move(kind), scope_), std::move(function)));
}

bool Registry::remove(const AnyFamily& family) const {
  return family.state_ && state_->own().remove(family.state_.get(), scope_.get());
}

bool Registry::remove(std::string_view name) const {
  if (!scope_) return state_->own().remove(name, nullptr);
  return state_->own().remove(scope_->prefix() + std::string(name), scope_.get());
}

void Registry::clear() const {
  detail::RegistryState& state = state_->own();
  // A collector may define families until it has ended. One at a time, because a list of them would need memory.
  while (const auto collector = state.find_any_collector(scope_.get())) collector->unregister();
  state.remove_families(scope_.get());
}

Registry Registry::scoped(ScopeOptions options) const {
  Registry scope = *this;
  scope.scope_ = state_->own().make_scope(scope_, options.prefix, std::move(options.labels));
  return scope;
}

void Registry::add(std::shared_ptr<Collector> collector) const { state_->own().add(std::move(collector), scope_); }

Registration Registry::add_scoped(std::shared_ptr<Collector> collector) const {
  return Registration(state_->own().add(std::move(collector), scope_));
}

bool Registry::remove(const std::shared_ptr<Collector>& collector) const {
  const auto registered = state_->own().find(collector.get());
  const bool is_inside = registered && detail::Scope::is_inside(registered->scope(), scope_.get());
  if (is_inside) registered->unregister();
  return is_inside;
}

void Registration::end() noexcept {
  if (const auto collector = collector_.lock()) collector->unregister();
}

std::shared_ptr<const detail::StatisticsSource> Registry::statistics_source() const noexcept { return state_; }

void Registry::collect(Sink& sink) const { detail::Scrape::collect({this, 1}, {}, {}, sink); }

}  // namespace narthex
