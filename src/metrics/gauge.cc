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

void ShardMemory::promote(std::atomic<Slot>& slot) noexcept { detail::promote(slot, sum_slots); }

void ShardMemory::release_slot(Slot slot) noexcept { release_sum_slot(slot); }

template <class Visit>
void ShardMemory::for_each_cell(Slot slot, Visit visit) {
  detail::for_each_cell(slot, visit);
}

GaugeSeries::~GaugeSeries() = default;

void GaugeSeries::set_with_flags(double value) noexcept { value_.set(flags(), value); }

void GaugeSeries::inc_with_flags(double amount) noexcept { value_.inc(flags(), amount); }

double GaugeSeries::value() const noexcept {
  value_.cool();
  return value_.value(flags());
}

void GaugeSeries::collect(Sink& sink) const { sink.gauge(labels(), value()); }

std::unique_ptr<Kind> make_kind(const GaugeOptions&) { return std::make_unique<GaugeKind>(); }

}  // namespace narthex::detail
