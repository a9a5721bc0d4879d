#include <narthex/gauge.h>

#include <narthex/sink.h>

namespace narthex::detail {

namespace {

class GaugeKind final : public Kind {
 public:
  MetricType type() const noexcept override { return MetricType::gauge; }
  Ref<detail::Series> make_series() const override { return Ref<detail::Series>(new GaugeSeries); }
};

}  // namespace

void GaugeSeries::collect(Sink& sink) const { sink.gauge(labels(), value()); }

std::unique_ptr<Kind> make_kind(const GaugeOptions&) { return std::make_unique<GaugeKind>(); }

}  // namespace narthex::detail
