#include <narthex/registry.h>

#include <utility>

#include <narthex/sink.h>

#include "families/definition.h"
#include "registry/registry_state.h"
#include "registry/scrape.h"

namespace narthex {

namespace {

detail::Definition definition_of(const detail::FamilyOptions& options, std::vector<std::string> label_names,
                                 std::unique_ptr<detail::Kind> kind) {
  return {std::string(options.name), std::string(options.help), std::string(options.unit), options.labels,
          std::move(label_names),    options.max_series,        options.idle_timeout,      std::move(kind)};
}

}  // namespace

Registry::Registry() : Registry(RegistryOptions()) {}

Registry::Registry(RegistryOptions options) : state_(std::make_shared<detail::RegistryState>(std::move(options))) {}

Registry::~Registry() = default;

std::shared_ptr<detail::FamilyState> Registry::define(const detail::FamilyOptions& options,
                                                      std::vector<std::string> label_names,
                                                      std::unique_ptr<detail::Kind> kind) {
  state_->equip(*kind);
  return state_->define(definition_of(options, std::move(label_names), std::move(kind)));
}

Registration Registry::define_function(const detail::FamilyOptions& options, std::vector<std::string> label_names,
                                       std::unique_ptr<detail::Kind> kind, detail::EmitFunction function) {
  return Registration(
      state_->define_function(definition_of(options, std::move(label_names), std::move(kind)), std::move(function)));
}

Registration Registry::add(std::shared_ptr<Collector> collector) {
  return Registration(state_->add(std::move(collector)));
}

void Registration::end() noexcept {
  if (const auto collector = collector_.lock()) collector->unregister();
}

bool Registry::remove(const detail::FamilyHandle& family) {
  return family.state_ && state_->remove(family.state_.get());
}

bool Registry::remove(std::string_view name) { return state_->remove(name); }

std::shared_ptr<const detail::StatisticsSource> Registry::statistics_source() const noexcept { return state_; }

void Registry::collect(Sink& sink) const { detail::Scrape::collect({this, 1}, {}, {}, sink); }

}  // namespace narthex
