#include "formats/openmetrics_parts.h"

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/number.h"
#include "base/totals.h"
#include "base/utf8.h"
#include "model/by_type.h"
#include "model/escape.h"
#include "model/sample_rules.h"

namespace narthex::detail {

std::string_view openmetrics_type(MetricType type) {
  return by_type<std::string_view>(
      type, {"counter", "gauge", "histogram", "summary", "unknown", "info", "stateset", "gaugehistogram"});
}

void add_openmetrics_help(LineWriter& lines, std::string_view help) {
  if (is_plain(help)) return lines.add_metadata("HELP", help);
  std::string escaped;
  append_label_value(escaped, as_utf8(help));
  lines.add_metadata("HELP", escaped);
}

const Exemplar* servable_exemplar(const Exemplar* exemplar) {
  const bool is_servable = exemplar && exemplar_error(*exemplar).empty() && !has_nul(exemplar->labels.text());
  return is_servable ? exemplar : nullptr;
}

std::size_t room_for_exemplar(const Exemplar& exemplar) {
  return sizeof " # {}  " + 2 * kMaxNumberSize + exemplar.labels.text().size();
}

char* put_exemplar(char* to, const Exemplar& exemplar) {
  to = put(put(put(to, " # {"), exemplar.labels.text()), "} ");
  to = write_float(to, exemplar.value);
  if (exemplar.at) {
    *to++ = ' ';
    to = write_seconds(to, static_cast<std::uint64_t>(exemplar.at->time_since_epoch().count()));
  }
  return to;
}

}  // namespace narthex::detail
