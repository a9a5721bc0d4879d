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
    if (!value_.try_set(flags(), value)) set_with_flags(value);
  }
  void inc(double amount) noexcept {
    if (is_nan(amount)) return count_rejected_update();  // the gauge would stay NaN
    if (!value_.try_inc(flags(), amount)) inc_with_flags(amount);
  }
  double value() const noexcept;
  void collect(Sink& sink) const override;

 private:
  void set_with_flags(double value) noexcept;
  void inc_with_flags(double amount) noexcept;

  GaugeValue<ShardMemory> value_;
};

}  // namespace detail
}  // namespace narthex
