#pragma once

#include <utility>

#include <narthex/gauge.h>

namespace narthex {

/// Counts a piece of work in a gauge while it is under way: one up at its construction, one down at the end of its
/// scope, however that is left.
///   const narthex::InFlight guard(requests_in_flight);
///   request->in_flight.emplace(requests_in_flight);  // work that outlives the function: a std::optional<InFlight>
/// Values: what was moved from counts no more, so that work handed from thread to thread, or into a coroutine, is
///   counted once and taken back once. There is no default one: `InFlight(gauge);` without a name would make it.
/// Threads: lives on one at a time; may end on another.
/// Errors: none.
class [[nodiscard]] InFlight {
 public:
  explicit InFlight(Gauge gauge) noexcept : gauge_(std::move(gauge)) { gauge_.inc(); }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;
  InFlight(InFlight&&) noexcept = default;  // leaves a handle that does nothing
  /// Takes back what it counted before.
  InFlight& operator=(InFlight&& other) noexcept {
    InFlight taken(std::move(other));
    std::swap(gauge_, taken.gauge_);
    return *this;
  }
  ~InFlight() { gauge_.dec(); }

 private:
  Gauge gauge_;
};

}  // namespace narthex
