#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <narthex/sink.h>

namespace narthex::detail {

// A family claims every name that some format writes for it, of the family itself or of its samples:
//
//   counter x_total      x_total; in OpenMetrics also x, x_created
//   histogram x          x, x_bucket, x_sum, x_count; in OpenMetrics also x_created
//   summary x            x, x_sum, x_count; in OpenMetrics also x_created
//   gauge histogram x    x, x_bucket, x_sum, x_count; in OpenMetrics also x_gsum, x_gcount
//   info x_info          x_info; in OpenMetrics also x
//   info x               x, x_info
//   any other x          x
//
// The claims of two families of different names may not meet, whatever formats are asked for: who is served must not
// depend on who asks.
struct NameClash {
  MetricType type;  // of the other one
  std::string name;
  std::string reason;  // "histogram 'x' also writes samples called 'x_sum'"
};

// Returns the type of the family that is called so, if there is one.
using TypeOf = std::function<std::optional<MetricType>(std::string_view name)>;

// Returns what a name is without all the suffixes that formats know. Whatever a family claims has its root, so that only
// families of one root can clash.
std::string_view root_of(std::string_view name) noexcept;

// Returns the first family of another name that claims what this one does.
std::optional<NameClash> find_name_clash(MetricType type, std::string_view name, const TypeOf& type_of);

}  // namespace narthex::detail
