#include <narthex/unknown.h>

#include <string_view>

#include <narthex/sink.h>

namespace narthex::detail {

namespace {

class UnknownKind final : public Kind {
 public:
  MetricType type() const noexcept override { return MetricType::unknown; }
  detail::Series* make_series(std::string_view labels) const override {
    return detail::Series::make<UnknownSeries>(labels);
  }
};

}  // namespace

void UnknownSeries::collect(Sink& sink) const { sink.unknown(labels(), value()); }

std::unique_ptr<Kind> make_kind(const UnknownOptions&) { return std::make_unique<UnknownKind>(); }

}  // namespace narthex::detail
