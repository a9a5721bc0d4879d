#pragma once

#include <string_view>

#include <narthex/detail/export.h>

namespace NARTHEX_VISIBILITY narthex {

class Sink;

/// A source of samples that are computed in each scrape. Derive a class from it, and pass an object to Registry::add().
///
/// Values: the registry stores the samples until collect() returns, and serves them in the order of the family names.
///   The registry adds the labels of its RegistryOptions to every sample that does not have them. A scope adds its labels
///   too, and its prefix to the names of the families: see Registry::scoped().
/// Thread safety: a registry calls collect() on the thread of the scrape, on one thread at a time, and holds no lock
///   during the call. The collector may define metrics, update them, and scrape. If a collector is in several
///   registries, they may call it concurrently.
/// Concurrent scrapes: a scrape that finds the collector running for another scrape serves the samples of that call,
///   although the call began earlier. It waits for the end of the call until its own deadline, or for 10 s if it has
///   none. Then it leaves the samples out, and narthex_collector_skipped_total counts that. A scrape that collect()
///   makes on its own thread does not wait. If collect() waits for another thread that scrapes, that scrape waits for
///   collect() until its deadline. Do not scrape while you hold a mutex that a collector locks: this is a deadlock.
/// Stack: collect() uses the stack of the thread that scrapes. CivetwebExporter scrapes on threads of civetweb, whose
///   stack has 100 KiB, unless civetweb was built with another CIVETWEB_THREAD_STACK_SIZE. About 70 KiB of it are left
///   for collect(), less the `thread_local` variables of the program. Keep large arrays on the heap, and run deep
///   recursion on another thread: `std::async(std::launch::async, parse).get()`.
/// Exceptions: if collect() throws, its samples of this scrape are left out, the error is counted, and everything else
///   is served.
/// Lifetime: a collector must not store the Registry that contains it. Otherwise each keeps the other alive, and
///   neither is destroyed. Define the metrics in the constructor and store their handles.
///
/// Example:
///   class Sensors final : public narthex::Collector {
///    public:
///     std::string_view name() const override { return "sensors"; }
///     void collect(narthex::Sink& sink) override {
///       sink.begin_family({.name = "room_celsius", .help = "Room temperature.", .type = narthex::MetricType::gauge});
///       sink.gauge({}, read_temperature());
///     }
///   };
///   registry.add(Sensors());
class NARTHEX_EXPORT Collector {
 public:
  virtual ~Collector();

  /// Returns the value of the label `collector` in the metrics of LibraryCollector. Called once, by Registry::add().
  /// Must not be empty.
  [[nodiscard]] virtual std::string_view name() const = 0;

  /// Writes families and their current samples to the sink. A call of sink.finish() has no effect.
  virtual void collect(Sink& sink) = 0;

 protected:
  Collector() = default;
  Collector(const Collector&) = default;
  Collector(Collector&&) = default;
  Collector& operator=(const Collector&) = default;
  Collector& operator=(Collector&&) = default;
};

}  // namespace narthex
