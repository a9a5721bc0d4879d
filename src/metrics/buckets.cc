#include <narthex/buckets.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <narthex/detail/parse_double.h>
#include <narthex/error.h>

namespace narthex {

namespace {

constexpr std::size_t kMaxBuckets = 10'000;  // a larger count is probably a negative one

// The decimal digits that a double keeps of any decimal number.
constexpr int kDigits = std::numeric_limits<double>::digits10;

// Returns the decimal exponent of a value that is not 0.
int exponent_of(double value) { return static_cast<int>(std::floor(std::log10(std::fabs(value)))); }

// Rounds to the last of 15 digits of the operand with the largest size, because a sum is as exact as its operands: 0
// and not 5.55e-17 for -0.3 + 3 * 0.1. Whole numbers that a double represents exactly stay unchanged.
double rounded(double value, double largest_operand) {
  if (value == 0) return 0;
  if (std::isinf(value)) return value;
  if (std::fabs(value) <= 0x1p53 && value == std::trunc(value)) return value;
  const int after_point = kDigits - 1 - exponent_of(largest_operand) + exponent_of(value);
  if (after_point < 0) return 0;
  char text[32];
  const auto written = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific, after_point);
  detail::parse_double(text, written.ptr, value);
  return value;
}

// Adds a bound. Throws unless it is finite and above the last one. `call` is the call of the user.
void add_bound(std::vector<double>& bounds, double bound, std::string_view call) {
  if (!std::isfinite(bound)) {
    throw RegistrationError(fmt::format("{}: bound {} is infinite; allowed: finite bounds", call, bounds.size() + 1));
  }
  if (!bounds.empty() && bound <= bounds.back()) {
    throw RegistrationError(
        fmt::format("{}: bound {} is {} and follows {}; bounds must differ in their first {} digits", call,
                    bounds.size() + 1, bound, bounds.back(), kDigits));
  }
  bounds.push_back(bound);
}

}  // namespace

std::vector<double> default_buckets() { return {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}; }

std::vector<double> linear_buckets(double start, double width, std::size_t count) {
  const std::string call = fmt::format("linear_buckets({}, {}, {})", start, width, count);
  if (!std::isfinite(start) || !std::isfinite(width) || width <= 0 || count < 1 || count > kMaxBuckets) {
    throw RegistrationError(call +
                            ": invalid arguments; allowed: a finite start, a width above 0, and a count from 1 to "
                            "10000");
  }
  std::vector<double> bounds;
  for (std::size_t i = 0; i < count; ++i) {
    const double bound = std::fma(width, static_cast<double>(i), start);  // the product alone may overflow
    add_bound(bounds, rounded(bound, std::max(std::fabs(start), std::fabs(bound))), call);
  }
  return bounds;
}

std::vector<double> exponential_buckets(double start, double factor, std::size_t count) {
  const std::string call = fmt::format("exponential_buckets({}, {}, {})", start, factor, count);
  if (!std::isfinite(start) || start <= 0 || !std::isfinite(factor) || factor <= 1 || count < 1 ||
      count > kMaxBuckets) {
    throw RegistrationError(call +
                            ": invalid arguments; allowed: a start above 0, a factor above 1, and a count from 1 to "
                            "10000");
  }
  std::vector<double> bounds;
  for (std::size_t i = 0; i < count; ++i) {
    const double bound = start * std::pow(factor, static_cast<double>(i));
    add_bound(bounds, rounded(bound, bound), call);
  }
  return bounds;
}

}  // namespace narthex
