#include <narthex/gauge.h>

#include <narthex/sink.h>

#include "metrics/gauge_value.h"

namespace narthex::detail {

namespace {

class GaugeKind final : public Kind {
 public:
  MetricType type() const noexcept override { return MetricType::gauge; }
  detail::Series* make_series(std::string_view labels) const override {
    return detail::Series::make<GaugeSeries>(labels);
  }
};

}  // namespace

std::atomic<double>* ShardMemory::find_or_create_cell(Slot slot) noexcept { return own_sum_cell(slot); }

Slot ShardMemory::try_acquire_slot() noexcept { return sum_slots.try_acquire(); }

void ShardMemory::release_slot(Slot slot) noexcept { release_sum_slot(slot); }

template <class Visit>
void ShardMemory::for_each_cell(Slot slot, Visit visit) {
  detail::for_each_cell(slot, visit);
}

GaugeSeries::~GaugeSeries() = default;

void GaugeSeries::inc_or_promote(double amount) noexcept { value_.inc_or_promote(amount); }

double GaugeSeries::value() const noexcept {
  value_.cool();
  return value_.value();
}

void GaugeSeries::collect(Sink& sink) const { sink.gauge(labels(), value()); }

std::unique_ptr<Kind> make_kind(const GaugeOptions&) { return std::make_unique<GaugeKind>(); }

}  // namespace narthex::detail
