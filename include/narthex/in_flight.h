#pragma once

#include <utility>

#include <narthex/detail/export.h>
#include <narthex/gauge.h>

namespace NARTHEX_VISIBILITY narthex {

/// Counts an operation in a gauge while it is in progress: adds 1 at its construction and subtracts 1 at the end of its
/// scope, also if an exception leaves the scope.
///
/// Values: an operation is counted once, also if it moves to another thread or into a coroutine. `InFlight(gauge);`
///   without a name does not compile, because it would end immediately.
/// Thread safety: only one thread may use an InFlight at a time. It may be destroyed on another thread than the one
///   that created it.
/// Exceptions: none.
/// Lifetime: it holds a handle, so the gauge may be removed before it is destroyed. A moved-from InFlight does nothing.
///
/// Example:
///   const narthex::InFlight guard(requests_in_flight);
///   request->in_flight.emplace(requests_in_flight);  // in_flight is a std::optional<InFlight>
class [[nodiscard]] NARTHEX_VISIBILITY InFlight {
 public:
  /// Adds 1 to the gauge.
  [[nodiscard]] explicit InFlight(Gauge gauge) noexcept : gauge_(std::move(gauge)) { gauge_.inc(); }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;
  /// Takes over the operation of another InFlight, which does nothing from now on.
  InFlight(InFlight&&) noexcept = default;
  /// Ends its own operation and takes over that of another InFlight.
  InFlight& operator=(InFlight&& other) noexcept {
    InFlight moved(std::move(other));
    std::swap(gauge_, moved.gauge_);
    return *this;
  }
  /// Subtracts 1 from the gauge.
  ~InFlight() { gauge_.dec(); }

 private:
  Gauge gauge_;
};

}  // namespace narthex
