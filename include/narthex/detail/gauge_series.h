#pragma once

#include <atomic>
#include <cmath>

#include <narthex/detail/series.h>

namespace narthex::detail {

// The current value, in one atomic double.
class NARTHEX_EXPORT GaugeSeries final : public Series {
 public:
  void set(double value) noexcept {
    value_.store(value, std::memory_order_relaxed);  // relaxed: a measurement orders nothing else
  }
  void inc(double amount) noexcept {
    if (std::isnan(amount)) return count_rejected_update();  // it would stay NaN for ever
    value_.fetch_add(amount, std::memory_order_relaxed);     // relaxed: as in set
  }
  double value() const noexcept {
    return value_.load(std::memory_order_relaxed);  // relaxed: as in set
  }
  void collect(Sink& sink) const override;

 private:
  std::atomic<double> value_{0};
};

}  // namespace narthex::detail
