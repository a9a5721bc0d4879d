#include "remote_write/request_writer.h"

#include "model/by_type.h"

namespace narthex::detail {

std::uint32_t metadata_type(MetricType type) {
  // In the order of MetricType: counter, gauge, histogram, summary, unknown, info, state set, gauge histogram.
  return by_type<std::uint32_t>(type, {1, 2, 3, 5, 0, 6, 7, 4});
}

}  // namespace narthex::detail
