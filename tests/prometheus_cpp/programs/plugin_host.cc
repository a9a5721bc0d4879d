// A user whose plugins are shared objects that register metrics in the registry of the host. PLUGIN_FILE is the
// file name of the plugin.

#include <dlfcn.h>
#include <prometheus/counter.h>
#include <prometheus/registry.h>

#include <iostream>
#include <stdexcept>
#include <string>

#include "canonical_text.h"
#include "plugin.h"

namespace {

class Plugin {
 public:
  explicit Plugin(const char* file) : handle_(::dlopen(file, RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr) throw std::runtime_error(::dlerror());
  }
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;
  ~Plugin() { ::dlclose(handle_); }

  template <class Function>
  Function* find(const char* name) const {
    void* const symbol = ::dlsym(handle_, name);
    if (symbol == nullptr) throw std::runtime_error(::dlerror());
    return reinterpret_cast<Function*>(symbol);
  }

 private:
  void* handle_;
};

}  // namespace

int main() {
  prometheus::Registry registry;
  auto& events = prometheus::BuildCounter().Name("events_total").Help("Events.").Register(registry);
  auto& by_host = events.Add({{"by", "host"}});
  by_host.Increment(7);
  {
    const Plugin plugin(PLUGIN_FILE);
    plugin.find<RegisterMetrics>("register_metrics")(registry);
    plugin.find<HandleEvents>("handle_events")(20);
    std::cout << "-- loaded\n";
    print_families(registry.Collect());
    plugin.find<void()>("unregister_metrics")();
  }
  by_host.Increment();
  std::cout << "-- unloaded\n";
  std::cout << "has the series of the plugin: " << events.Has({{"by", "plugin"}}) << '\n';
  print_families(registry.Collect());
}
