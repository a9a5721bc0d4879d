#include "otlp/metric_frame.h"

#include <protozero/pbf_writer.hpp>

#include "model/by_type.h"
#include "otlp/attributes.h"
#include "otlp/ucum_unit.h"
#include "push/valid_utf8.h"

namespace narthex::detail::otlp {

namespace {

using namespace std::string_view_literals;

constexpr std::string_view kTypeKey = "prometheus.type";
constexpr std::string_view kCumulativeTail = "\x10\x02"sv;         // aggregation_temporality
constexpr std::string_view kMonotonicTail = "\x10\x02\x18\x01"sv;  // and is_monotonic

std::string_view name_of(MetricType type) {
  return by_type<std::string_view>(
      type, {"counter", "gauge", "histogram", "summary", "unknown", "info", "stateset", "gaugehistogram"});
}

OtlpField field_of(MetricType type) {
  using namespace metric_field;
  return by_type<OtlpField>(type, {sum, gauge, histogram, metric_field::summary, gauge, sum, sum, histogram});
}

std::string_view tail_of(MetricType type) {
  constexpr std::string_view kNone;
  return by_type<std::string_view>(
      type, {kMonotonicTail, kNone, kCumulativeTail, kNone, kNone, kCumulativeTail, kCumulativeTail, kCumulativeTail});
}

}  // namespace

std::string metric_name(const FamilyInfo& family) {
  constexpr std::string_view kInfoSuffix = "_info";
  std::string name(family.name);
  if (family.type == MetricType::info && !name.ends_with(kInfoSuffix)) name += kInfoSuffix;
  return name;
}

MetricFrame metric_frame(const FamilyInfo& family, std::string_view name) {
  MetricFrame frame;
  frame.field = field_of(family.type);
  frame.tail = tail_of(family.type);
  protozero::pbf_writer head(frame.head);
  head.add_string(metric_field::name, name.data(), name.size());
  if (family.help && !family.help->empty()) head.add_string(metric_field::description, as_valid_utf8(*family.help));
  if (!family.unit.empty()) head.add_string(metric_field::unit, as_valid_utf8(ucum_unit(family.unit)));
  ByteBuffer metadata;
  append_attribute(metadata, metric_field::metadata, kTypeKey, name_of(family.type));
  frame.metadata = metadata.view();
  return frame;
}

}  // namespace narthex::detail::otlp
