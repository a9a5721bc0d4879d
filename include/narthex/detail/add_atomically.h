#pragma once

#include <atomic>

#include <narthex/detail/export.h>

namespace NARTHEX_VISIBILITY narthex {
namespace detail {

// Adds to a number that several threads change. Returns true if another thread changed it at the same moment.
template <class AtomicDouble>
bool add_atomically(AtomicDouble& base, double amount) noexcept {
  double before = base.load(std::memory_order_relaxed);  // relaxed: the compare-exchange checks it
  bool was_contended = false;
  // relaxed: a sum orders nothing else
  while (!base.compare_exchange_weak(before, before + amount, std::memory_order_relaxed)) was_contended = true;
  return was_contended;
}

}  // namespace detail
}  // namespace narthex
