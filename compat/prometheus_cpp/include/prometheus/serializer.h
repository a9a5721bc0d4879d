#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include <narthex/detail/export.h>
#include <prometheus/metric_family.h>

namespace NARTHEX_VISIBILITY prometheus {

/// Writes families in a format.
class NARTHEX_EXPORT Serializer {
 public:
  Serializer() = default;
  Serializer(const Serializer&) = default;
  Serializer& operator=(const Serializer&) = default;
  virtual ~Serializer();
  /// Returns the text of the families.
  virtual std::string Serialize(const std::vector<MetricFamily>& metrics) const;
  /// Writes the text of the families to a stream.
  virtual void Serialize(std::ostream& out, const std::vector<MetricFamily>& metrics) const = 0;
};

}  // namespace prometheus
