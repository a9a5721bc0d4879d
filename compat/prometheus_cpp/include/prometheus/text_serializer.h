#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include <narthex/detail/export.h>
#include <prometheus/metric_family.h>
#include <prometheus/serializer.h>

namespace NARTHEX_VISIBILITY prometheus {

/// Writes families in the text format 0.0.4, as prometheus-cpp does: numbers have at most 16 digits, NaN is `Nan`, and
/// the buckets follow `_count` and `_sum`. An Exposer uses the writers of narthex instead.
///
/// Thread safety: all members may be called concurrently. The locale has no effect.
/// Exceptions: std::bad_alloc.
class NARTHEX_EXPORT TextSerializer : public Serializer {
 public:
  std::string Serialize(const std::vector<MetricFamily>& metrics) const override;
  void Serialize(std::ostream& out, const std::vector<MetricFamily>& metrics) const override;
};

}  // namespace prometheus
