#pragma once

#include <narthex/detail/export.h>
#include <narthex/detail/gauge_value.h>
#include <narthex/detail/series.h>

namespace NARTHEX_VISIBILITY narthex {
namespace detail {

// The series of a Gauge.
class NARTHEX_EXPORT GaugeSeries final : public Series {
 public:
  GaugeSeries() = default;
  GaugeSeries(const GaugeSeries&) = delete;
  GaugeSeries& operator=(const GaugeSeries&) = delete;
  ~GaugeSeries() override;

  void set(double value) noexcept {
    mark_accessed();
    value_.set(value);
  }
  void inc(double amount) noexcept {
    if (is_nan(amount)) return count_rejected_update();  // the gauge would stay NaN
    mark_accessed();
    if (!value_.try_inc(amount)) inc_or_promote(amount);
  }
  double value() const noexcept;
  void collect(Sink& sink) const override;

 private:
  void inc_or_promote(double amount) noexcept;

  GaugeValue<ShardMemory> value_;
};

}  // namespace detail
}  // namespace narthex
