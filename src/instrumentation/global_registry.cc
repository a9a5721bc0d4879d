#include <array>
#include <mutex>
#include <optional>
#include <utility>

#include <narthex/cgroup_collector.h>
#include <narthex/library_collector.h>
#include <narthex/process_collector.h>
#include <narthex/registry.h>
#include <narthex/runtime_collector.h>

#include "base/mutex.h"

namespace narthex {

namespace {

// The registry of the whole process, and the collectors that it has by default.
class GlobalRegistry {
 public:
  static GlobalRegistry& instance() {
    const detail::ForkGate::Pass pass;  // the child of a fork would wait for a constructor of another thread
    static auto* const global = new GlobalRegistry;  // never destroyed: static destructors may use it
    return *global;
  }

  Registry& registry() noexcept { return registry_; }

  void set_collectors(GlobalCollectors enabled) {
    end_runtime_collector_without({.allocator = enabled.allocator});
    std::array<std::optional<Registration>, 4> ended;  // they wait for running calls, after the mutex is unlocked
    const std::lock_guard lock(mutex_);
    ended[0] = set<CgroupCollector>(cgroup_, enabled.cgroup);
    ended[1] = set<LibraryCollector>(library_, enabled.library, registry_);
    ended[2] = set<ProcessCollector>(process_, enabled.process);
    ended[3] = set<RuntimeCollector>(runtime_, enabled.runtime, runtime_options_);
  }

 private:
  GlobalRegistry() { set_collectors({}); }

  // Stores the options of the next RuntimeCollector, and ends the one that has other options.
  void end_runtime_collector_without(RuntimeCollectorOptions options) {
    std::optional<Registration> ended;  // waits for a running call, after the mutex is unlocked
    const std::lock_guard lock(mutex_);
    if (options.allocator != runtime_options_.allocator) ended = std::exchange(runtime_, std::nullopt);
    runtime_options_ = options;
  }

  // Returns the registration that ends, if there is one.
  template <class Collector, class... Arguments>
  std::optional<Registration> set(std::optional<Registration>& registration, bool is_enabled,
                                  const Arguments&... arguments) {
    if (!is_enabled) return std::exchange(registration, std::nullopt);
    const bool is_active = registration && registration->is_active();  // not after clear()
    if (!is_active) registration.emplace(registry_.add_scoped(Collector(arguments...)));
    return std::nullopt;
  }

  Registry registry_;
  detail::Mutex mutex_;
  std::optional<Registration> cgroup_;
  std::optional<Registration> library_;
  std::optional<Registration> process_;
  std::optional<Registration> runtime_;
  RuntimeCollectorOptions runtime_options_;
};

}  // namespace

Registry& Registry::global() { return GlobalRegistry::instance().registry(); }

void Registry::set_global_collectors(GlobalCollectors enabled) { GlobalRegistry::instance().set_collectors(enabled); }

}  // namespace narthex
