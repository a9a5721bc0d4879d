#pragma once

#include <cstddef>
#include <optional>

#include <narthex/detail/hazard_ptr.h>

namespace narthex {

/// A metric that `labels(...)` has found: takes every update of a Metric, and becomes one where it is kept.
///   requests.labels("GET", 200).inc();
///   Counter ok = requests.labels("GET", 200);
/// Threads: as a Metric; it may end on another thread than it began on. It stays valid for as long as it lives, but
///   takes one of a few places that its thread has for them, so keep a Metric. Without a place it costs what a copy of
///   a Metric costs.
/// Errors: none.
template <class Metric>
class Borrowed : public Metric::template Updates<detail::HazardPtr<typename Metric::Series>> {
 public:
  Borrowed() noexcept = default;

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
