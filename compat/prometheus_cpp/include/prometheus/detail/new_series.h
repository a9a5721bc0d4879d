#pragma once

#include <memory>
#include <string_view>

#include <narthex/detail/export.h>

namespace NARTHEX_VISIBILITY prometheus {
namespace detail {

// What a family passes to the constructor of a metric.
struct NewSeries {
  std::string_view labels;              // text of all labels, as the text formats write it
  std::shared_ptr<const void>& shared;  // settings that the metrics of the family share; null before the first one
};

}  // namespace detail
}  // namespace prometheus
