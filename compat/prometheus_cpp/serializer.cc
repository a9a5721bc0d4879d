#include <prometheus/serializer.h>

#include <sstream>

namespace prometheus {

Serializer::~Serializer() = default;

std::string Serializer::Serialize(const std::vector<MetricFamily>& metrics) const {
  std::ostringstream text;
  Serialize(text, metrics);
  return std::move(text).str();
}

}  // namespace prometheus
