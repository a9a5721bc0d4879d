#include "remote_write/stale_markers.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/infinity.h"
#include "model/by_type.h"
#include "model/reserved_names.h"

namespace narthex::detail {

namespace {

constexpr auto kStale = std::bit_cast<double>(std::uint64_t{0x7ff0'0000'0000'0002});

// Whether a metric is one series.
bool is_single(MetricType type) { return by_type<bool>(type, {true, true, false, false, true, true, false, false}); }

}  // namespace

void StaleMarkers::add(const SentFamily& family, LabelView labels, const SeriesShape& shape) {
  parts_.requests().begin_markers();
  if (name_ != family.name || type_ != family.type) {
    name_ = family.name;
    type_ = family.type;
    const FamilyInfo defined{.name = family.name, .type = family.type};
    parts_.begin_family({family.name + std::string(missing_suffix(defined)), family.help, family.unit, family.type,
                         /*is_repeated=*/true});
  }
  const bool is_summary = family.type == MetricType::summary;
  const bool has_classic = shape.has_classic && !shape.is_partial;
  const bool has_totals = (has_classic || is_summary) && !shape.is_partial;
  const bool has_one = is_single(family.type);
  const std::size_t further = (has_classic ? 1 : 0) + (has_totals ? 2 : 0) + (shape.has_native || has_one ? 1 : 0);
  parts_.begin_metric(labels, shape.bounds.size() + shape.states.size() + further,
                      {.at = time_.time_since_epoch().count()});
  const auto name = is_summary ? SeriesParts::plain : SeriesParts::bucket;
  std::size_t position = 0;
  for (const double bound : shape.bounds) parts_.add_with_number(name, position++, bound, kStale);
  if (has_classic) parts_.add_with_number(name, position, kInfinity, kStale);
  if (has_totals) {
    parts_.add(SeriesParts::sum, kStale);
    parts_.add(SeriesParts::count, kStale);
  }
  for (const std::string& state : shape.states) parts_.add_with_state(state, kStale);
  if (shape.has_native) {
    const NativeSample empty{};
    parts_.add_native({.sum = kStale, .native = &empty}, {});
  }
  if (has_one) parts_.add(SeriesParts::plain, kStale);
}

}  // namespace narthex::detail
