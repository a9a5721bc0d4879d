#include <narthex/registry.h>

#include <mutex>
#include <optional>
#include <utility>

#include <narthex/cgroup_collector.h>
#include <narthex/library_collector.h>
#include <narthex/process_collector.h>
#include <narthex/runtime_collector.h>
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

// The registry of the whole process, and the collectors that it has by itself.
class Global {
 public:
  static Global& instance() {
    static auto* const global = new Global;  // leaked on purpose: usable until the very end of the process
    return *global;
  }

  void set(GlobalCollectors which) {
    const std::lock_guard lock(mutex_);
    set<CgroupCollector>(cgroup_, which.cgroup);
    set<LibraryCollector>(library_, which.library, registry);
    set<ProcessCollector>(process_, which.process);
    set<RuntimeCollector>(runtime_, which.runtime);
  }

  Registry registry;

 private:
  using Place = std::optional<Registration>;  // empty: the collector is not in the registry

  Global() { set({}); }

  template <class Collector, class... Arguments>
  void set(Place& place, bool is_wanted, const Arguments&... arguments) {
    if (!is_wanted) {
      place.reset();
    } else if (!place) {
      place.emplace(registry.add(Collector(arguments...)));
    }
  }

  std::mutex mutex_;
  Place cgroup_;
  Place library_;
  Place process_;
  Place runtime_;
};

}  // namespace

Registry::Registry() : Registry(RegistryOptions()) {}

Registry::Registry(RegistryOptions options) : state_(std::make_shared<detail::RegistryState>(std::move(options))) {}

Registry::~Registry() = default;

Registry& Registry::global() { return Global::instance().registry; }

void Registry::set_global_collectors(GlobalCollectors which) { Global::instance().set(which); }

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

void Registry::collect(Sink& sink) const { detail::Scrape::collect({this, 1}, {}, {}, sink); }

}  // namespace narthex
