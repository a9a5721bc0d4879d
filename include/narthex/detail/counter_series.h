#pragma once

#include <atomic>

#include <narthex/detail/series.h>

namespace narthex::detail {

// A sum that only grows, in one atomic double.
class NARTHEX_EXPORT CounterSeries final : public Series {
 public:
  void inc(double amount) noexcept {
    if (!(amount >= 0)) return count_rejected_update();   // written so that NaN is refused too
    total_.fetch_add(amount, std::memory_order_relaxed);  // relaxed: a sum orders nothing else
  }
  double value() const noexcept {
    return total_.load(std::memory_order_relaxed);  // relaxed: as above; one variable never reads backwards
  }
  void collect(Sink& sink) const override;

 private:
  std::atomic<double> total_{0};
};

}  // namespace narthex::detail
