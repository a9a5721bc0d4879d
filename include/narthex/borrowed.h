#pragma once

#include <cstddef>
#include <optional>

#include <narthex/detail/export.h>
#include <narthex/detail/hazard_ptr.h>

namespace NARTHEX_VISIBILITY narthex {

/// The result of the lookup `labels(...)`. It has all functions of a Metric and converts to a Metric.
///
/// Thread safety: the same as for a Metric. It may be destroyed on another thread than the one that created it.
/// Exceptions: none.
/// Lifetime: valid until it is destroyed. It occupies a hazard pointer of its thread, and each thread has only a few.
///   Therefore store a Metric, not a Borrowed. If no hazard pointer is free, a Borrowed costs as much as a copy of a
///   Metric.
///
/// Example:
///   requests.labels("GET", 200).inc();
///   narthex::Counter ok = requests.labels("GET", 200);
template <class Metric>
class NARTHEX_VISIBILITY Borrowed : public Metric::template Updates<detail::HazardPtr<typename Metric::Series>> {
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
