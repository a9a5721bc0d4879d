#pragma once

#include <memory>

#include <narthex/collector.h>
#include <narthex/detail/export.h>
#include <narthex/registry.h>
#include <prometheus/collectable.h>

namespace NARTHEX_VISIBILITY narthex {

/// Returns a collector of a prometheus::Registry, a prometheus::Family, or a collectable of the user. A registry of
/// narthex that has it serves the metrics of both interfaces as one exposition.
///
/// Lifetime: the collector does not keep the collectable alive. It writes nothing after the end of the collectable.
///
/// Example:
///   narthex::Registry registry;
///   registry.add(narthex::prometheus_collector(old_registry));  // std::shared_ptr<prometheus::Registry>
NARTHEX_EXPORT std::shared_ptr<Collector> prometheus_collector(
    std::weak_ptr<const prometheus::Collectable> collectable);

/// Returns a collectable of a registry of narthex, for a prometheus::Exposer, a prometheus::Gateway, or other code that
/// expects one. The Exposer serves everything that the registry has. The structs of Collect() do not contain exemplars,
/// units, creation times, and native buckets.
///
/// Lifetime: the collectable keeps the registry alive.
///
/// Example:
///   auto collectable = narthex::prometheus_collectable(registry);
///   exposer.RegisterCollectable(collectable);
NARTHEX_EXPORT std::shared_ptr<prometheus::Collectable> prometheus_collectable(const Registry& registry);

}  // namespace narthex
