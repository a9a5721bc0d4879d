#include <narthex/info.h>

#include <string_view>

#include <narthex/sink.h>

namespace narthex::detail {

namespace {

class InfoKind final : public Kind {
 public:
  MetricType type() const noexcept override { return MetricType::info; }
  bool requires_suffix() const noexcept override {
    return true;
  }  // else formats would append it to what the user typed
  detail::Series* make_series(std::string_view labels) const override {
    return detail::Series::make<InfoSeries>(labels);
  }
};

}  // namespace

void InfoSeries::collect(Sink& sink) const { sink.info(labels()); }

std::unique_ptr<Kind> make_kind(const InfoOptions&) { return std::make_unique<InfoKind>(); }

}  // namespace narthex::detail
