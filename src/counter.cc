#include <narthex/counter.h>

#include <string_view>

#include <narthex/sink.h>

namespace narthex::detail {

namespace {

class CounterKind final : public Kind {
 public:
  MetricType type() const noexcept override { return MetricType::counter; }
  std::string_view ending() const noexcept override { return "_total"; }
  Ref<detail::Series> make_series() const override { return Ref<detail::Series>(new CounterSeries); }
};

}  // namespace

void CounterSeries::collect(Sink& sink) const { sink.counter(labels(), value()); }

std::unique_ptr<Kind> make_kind(const CounterOptions&) { return std::make_unique<CounterKind>(); }

}  // namespace narthex::detail
