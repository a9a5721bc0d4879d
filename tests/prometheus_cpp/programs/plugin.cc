// The plugin of plugin_host.cc. It registers families in the registry of its host.

#include "plugin.h"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

#include <thread>

namespace {

prometheus::Registry* host_registry = nullptr;
prometheus::Family<prometheus::Gauge>* states = nullptr;
prometheus::Counter* events = nullptr;
prometheus::Histogram* sizes = nullptr;

}  // namespace

extern "C" void register_metrics(prometheus::Registry& registry) {
  host_registry = &registry;
  states = &prometheus::BuildGauge().Name("plugin_state").Help("State of the plugin.").Register(registry);
  states->Add({{"state", "loaded"}}).Set(1);
  events = &prometheus::BuildCounter().Name("events_total").Help("Events.").Register(registry).Add({{"by", "plugin"}});
  sizes = &prometheus::BuildHistogram()
               .Name("event_size")
               .Help("Sizes.")
               .Register(registry)
               .Add({}, prometheus::Histogram::BucketBoundaries{1, 10});
}

extern "C" void handle_events(int count) {
  std::thread thread([count] {
    for (int i = 0; i < count; ++i) events->Increment();
  });
  for (int i = 0; i < count; ++i) sizes->Observe(i);
  thread.join();
}

extern "C" void unregister_metrics() { host_registry->Remove(*states); }
