#include <narthex/registry.h>

#include <utility>

#include <narthex/sink.h>

#include "families/definition.h"
#include "registry/registry_state.h"
#include "registry/scrape.h"

namespace narthex {

namespace {

detail::Definition definition_of(const detail::FamilyOptions& options, detail::LabelSet labels,
                                 std::unique_ptr<detail::Kind> kind) {
  return {std::string(options.name),
          std::string(options.help),
          std::string(options.unit),
          options.labels,
          std::move(labels.names),
          std::move(labels.closed_values),
          options.max_series,
          options.idle_timeout,
          std::move(kind)};
}

}  // namespace

Registry::Registry() : Registry(RegistryOptions()) {}

Registry::Registry(RegistryOptions options) : state_(std::make_shared<detail::RegistryState>(std::move(options))) {}

Registry::~Registry() = default;

std::shared_ptr<detail::FamilyState> Registry::define(const detail::FamilyOptions& options, detail::LabelSet labels,
                                                      std::unique_ptr<detail::Kind> kind) const {
  state_->own().set_exemplar_source(*kind);
  return state_->define(definition_of(options, std::move(labels), std::move(kind)));
}

Registration Registry::define_function(const detail::FamilyOptions& options, std::vector<std::string> label_names,
                                       std::unique_ptr<detail::Kind> kind, detail::EmitFunction function) const {
  return Registration(state_->own().define_function(definition_of(options, {std::move(label_names)}, std::move(kind)),
                                                    std::move(function)));
}

bool Registry::remove(const AnyFamily& family) const {
  return family.state_ && state_->own().remove(family.state_.get());
}

bool Registry::remove(std::string_view name) const { return state_->own().remove(name); }

void Registry::add(std::shared_ptr<Collector> collector) const { state_->own().add(std::move(collector)); }

Registration Registry::add_scoped(std::shared_ptr<Collector> collector) const {
  return Registration(state_->own().add(std::move(collector)));
}

bool Registry::remove(const std::shared_ptr<Collector>& collector) const {
  const auto registered = state_->own().find(collector.get());
  if (registered) registered->unregister();
  return registered != nullptr;
}

void Registration::end() noexcept {
  if (const auto collector = collector_.lock()) collector->unregister();
}

std::shared_ptr<const detail::StatisticsSource> Registry::statistics_source() const noexcept { return state_; }

void Registry::collect(Sink& sink) const { detail::Scrape::collect({this, 1}, {}, {}, sink); }

}  // namespace narthex
