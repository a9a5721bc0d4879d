#pragma once

#include <cstddef>
#include <optional>

#include <narthex/detail/hazard_ptr.h>

namespace narthex {

/// The result of a lookup, `labels(...)`: has all updates of a Metric, and converts to a Metric.
///
/// Thread safety: as of a Metric. It may be destroyed on another thread than the one that created it.
/// Exceptions: none.
/// Lifetime: valid until it is destroyed. It occupies one of the few hazard pointers of its thread, so store a Metric
///   instead. If no hazard pointer is free, it costs as much as a copy of a Metric.
///
/// Example:
///   requests.labels("GET", 200).inc();
///   narthex::Counter ok = requests.labels("GET", 200);
template <class Metric>
class Borrowed : public Metric::template Updates<detail::HazardPtr<typename Metric::Series>> {
 public:
  /// Refers to no series: updates do nothing.
  Borrowed() noexcept = default;

  /// Returns a handle to the same series, which may be stored.
  operator Metric() const noexcept { return Metric(this->series_.counted()); }

 private:
  friend class Registry;
  template <class, std::size_t>
  friend class Family;
  template <class>
  friend class DynamicFamily;

  static std::optional<Metric> kept(detail::LookupResult found) {
    if (!found.series) return std::nullopt;
    return Borrowed(found);
  }
  explicit Borrowed(detail::LookupResult found) noexcept
      : Metric::template Updates<detail::HazardPtr<typename Metric::Series>>(
            detail::HazardPtr<typename Metric::Series>(found)) {}
};

}  // namespace narthex
