#pragma once

#include <narthex/detail/export.h>
#include <narthex/detail/series.h>

namespace NARTHEX_VISIBILITY narthex {

/// The result of EnumFamily::at(). It has all functions of a Metric and converts to a Metric.
///
/// Thread safety: the same as for a Metric.
/// Exceptions: none.
/// Lifetime: like a reference to an element of a container. It is valid as long as an EnumFamily of its family exists,
///   also after remove() and clear(), and after the Registry is destroyed. Copying it costs nothing. Store a Metric to
///   be independent of the family.
///
/// Example:
///   requests.at(Method::get, Code::ok).inc();
///   narthex::Counter ok = requests.at(Method::get, Code::ok);
template <class Metric>
class NARTHEX_VISIBILITY MetricRef : public Metric::template Updates<typename Metric::Series*> {
 public:
  /// Refers to no series: updates do nothing.
  MetricRef() noexcept : MetricRef(nullptr) {}

  /// Returns a handle to the same series, which may be stored.
  operator Metric() const noexcept {
    if (this->series_) this->series_->retain();
    return Metric(detail::SeriesPtr<typename Metric::Series>(this->series_));
  }

 private:
  template <class, class...>
  friend class EnumFamily;

  explicit MetricRef(detail::Series* series) noexcept
      : Metric::template Updates<typename Metric::Series*>(static_cast<typename Metric::Series*>(series)) {}
};

}  // namespace narthex
