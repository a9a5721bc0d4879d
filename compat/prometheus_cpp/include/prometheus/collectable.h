#pragma once

#include <vector>

#include <narthex/detail/export.h>

namespace NARTHEX_VISIBILITY narthex {
class Sink;
}

namespace NARTHEX_VISIBILITY prometheus {

struct MetricFamily;

namespace detail {
class CollectableCollector;
}

/// A source of samples: a Registry, a Family, or a class of the user.
///
/// Thread safety: an Exposer calls Collect() on the thread of the scrape, on one thread at a time for each URI, and
///   holds no lock during the call.
class NARTHEX_EXPORT Collectable {
 public:
  Collectable() = default;
  Collectable(const Collectable&) = default;
  Collectable& operator=(const Collectable&) = default;
  virtual ~Collectable();

  /// Returns copies of all families with their current samples.
  virtual std::vector<MetricFamily> Collect() const = 0;

 private:
  friend class detail::CollectableCollector;
  friend class Registry;

  template <typename T>
  friend class Family;

  // Writes the samples to a sink of narthex. Calls Collect(), unless the class can do it without the copies.
  virtual void CollectIntoNarthex(narthex::Sink& sink) const;

  // Identify the class of an object, also if it was compiled without RTTI. The constructor of a class gets the virtual
  // table of this class, and an object of a derived class has another one afterwards.
  const void* VirtualTable() const noexcept;
  bool IsExactly(const void* vtable) const noexcept { return VirtualTable() == vtable; }
};

}  // namespace prometheus
