#pragma once

#include <string_view>

#include <narthex/detail/export.h>

namespace narthex {

class Sink;

/// A source of samples that are computed when a scrape asks for them: derive from it, and give it to Registry::add().
/// Values: what collect() hands to the sink is kept until it is done, and then served in the order of the names. Labels
///   of the registry go on every sample that does not carry them itself.
/// Threads: a registry calls it on the thread of a scrape, on one at a time, and holds no lock meanwhile: it may define
///   metrics, update them and scrape. In several registries at once, it may run for each of them at the same time.
/// Errors: what collect() throws costs its own samples only; the error is counted, and the rest is served.
class NARTHEX_EXPORT Collector {
 public:
  virtual ~Collector();

  /// Returns what the library's own numbers call it; read once, when it is added. Not empty.
  virtual std::string_view name() const = 0;

  /// Hands over families and their samples, as they are now. Calling finish() does nothing.
  virtual void collect(Sink& sink) = 0;

 protected:
  Collector() = default;
  Collector(const Collector&) = default;
  Collector(Collector&&) = default;
  Collector& operator=(const Collector&) = default;
  Collector& operator=(Collector&&) = default;
};

}  // namespace narthex
