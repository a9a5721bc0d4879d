#include "metrics/checked_bounds.h"

#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <narthex/buckets.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>

#include "base/infinity.h"
#include "base/number.h"

namespace narthex::detail {

std::shared_ptr<const BucketBounds> checked_bounds(MetricType type, std::string_view name, std::vector<double> bounds) {
  const auto refuse = [&](std::string_view why) {
    throw RegistrationError(fmt::format("{} {}: {}", to_string(type), quote(name), why));
  };
  if (bounds.empty()) bounds = default_buckets();
  if (bounds.back() == kInfinity) bounds.pop_back();  // the +Inf bucket is always there
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    if (!std::isfinite(bounds[i])) {
      refuse(fmt::format("bucket {} is {}; allowed: finite numbers, and +Inf as the last bound", i + 1,
                         spelled(bounds[i])));
    }
    if (i > 0 && bounds[i] == bounds[i - 1]) {
      refuse(fmt::format("buckets {} and {} are both {}; bounds must increase", i, i + 1, bounds[i]));
    }
    if (i > 0 && bounds[i] < bounds[i - 1]) {
      refuse(fmt::format("bucket {} is {} and follows {}; bounds must increase", i + 1, bounds[i], bounds[i - 1]));
    }
  }
  return std::make_shared<const BucketBounds>(std::move(bounds));
}

}  // namespace narthex::detail
