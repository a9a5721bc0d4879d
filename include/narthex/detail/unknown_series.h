#pragma once

#include <atomic>

#include <narthex/detail/export.h>
#include <narthex/detail/series.h>

namespace NARTHEX_VISIBILITY narthex {
namespace detail {

// Stores the value of the last set().
class NARTHEX_EXPORT UnknownSeries final : public Series {
 public:
  void set(double value) noexcept {
    mark_accessed();
    value_.store(value, std::memory_order_relaxed);  // relaxed: one number orders nothing else
  }
  double value() const noexcept { return value_.load(std::memory_order_relaxed); }  // relaxed: as above
  void collect(Sink& sink) const override;

 private:
  std::atomic<double> value_{0};
};

}  // namespace detail
}  // namespace narthex
