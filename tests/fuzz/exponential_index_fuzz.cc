// The exponential bucket of a value, compared with logarithms of a wider type.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "base/exponential_index.h"
#include "fuzz.h"

namespace narthex {
namespace {

using fuzz::demand;

// The allowed error of a bound: a bound is a double, and a logarithm is not exact.
constexpr long double kRounding = 1e-12L;

void check_size(double size, int schema) {
  const std::int32_t key = detail::coarser_key(detail::finest_key(size), detail::kFinestSchema, schema);
  demand(size <= detail::upper_bound_of(key, schema), "a size is not above its bucket");
  // Between subnormal sizes the bounds are rounded to one of them.
  demand(size > detail::upper_bound_of(key - 1, schema) || !std::isnormal(size), "a size is above the bucket before");
  if (std::isinf(size)) return;
  const long double place = std::log2(static_cast<long double>(size)) * std::ldexp(1.0L, schema);
  demand(place <= key + kRounding && place > key - 1 - kRounding, "the bucket agrees with the logarithm");
}

void check_order(double a, double b) {
  const auto [low, high] = std::minmax(a, b);
  demand(detail::finest_key(low) <= detail::finest_key(high), "a larger size is in no lower bucket");
  const double next = std::nextafter(low, std::numeric_limits<double>::infinity());
  const std::int32_t step = detail::finest_key(next) - detail::finest_key(low);
  demand(step == 0 || step == 1 || low < std::numeric_limits<double>::min(),
         "a neighbour is in the next bucket at most");
}

}  // namespace
}  // namespace narthex

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  narthex::fuzz::Bytes bytes(data, size);
  const double a = std::abs(bytes.number<double>());
  const double b = std::abs(bytes.number<double>());
  if (!(a > 0) || !(b > 0)) return 0;  // zero and NaN have no exponential bucket
  for (int schema = narthex::detail::kCoarsestSchema; schema <= narthex::detail::kFinestSchema; ++schema) {
    narthex::check_size(a, schema);
  }
  narthex::check_order(a, b);
  return 0;
}
