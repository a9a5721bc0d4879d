#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <narthex/sink.h>

namespace narthex::detail {

// A family uses every name that some format writes for the family or for its samples:
//
//   counter x_total      x_total; in OpenMetrics also x, x_created
//   histogram x          x, x_bucket, x_sum, x_count; in OpenMetrics also x_created
//   summary x            x, x_sum, x_count; in OpenMetrics also x_created
//   gauge histogram x    x, x_bucket, x_sum, x_count; in OpenMetrics also x_gsum, x_gcount
//   info x_info          x_info; in OpenMetrics also x
//   info x               x, x_info
//   any other x          x
//
// Two families with different names must not use the same name, in any format: the families that are served must not
// depend on the format.
struct NameClash {
  MetricType type;  // of the other family
  std::string name;
  std::string reason;  // "histogram 'x' also writes samples called 'x_sum'"
};

// Returns the type of the family with this name, if there is one.
using TypeOf = std::function<std::optional<MetricType>(std::string_view name)>;

// Returns the name without all suffixes of formats. All names that a family uses have the same root, so only families
// with the same root can clash.
std::string_view root_of(std::string_view name) noexcept;

// Returns the first family with a different name that uses one of the names that this family uses.
std::optional<NameClash> find_name_clash(MetricType type, std::string_view name, const TypeOf& type_of);

}  // namespace narthex::detail
