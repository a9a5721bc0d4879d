#pragma once

#include <atomic>

#include <narthex/detail/export.h>

namespace NARTHEX_VISIBILITY narthex {
namespace detail {

// The part of a sum that all threads add to atomically once a series has observed a negative value. In the cells of two
// threads, amounts of opposite signs would grow with the number of observations, and small amounts would be lost.
//
// Invariant: the amounts add up to sum + error, except for the errors of the errors.
struct NARTHEX_EXPORT SignedSum {
  void add(double amount) noexcept;

  std::atomic<double> sum{0};
  std::atomic<double> error{0};  // what the additions have lost by rounding
};

}  // namespace detail
}  // namespace narthex
