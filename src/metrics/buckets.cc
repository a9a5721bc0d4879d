#include <narthex/buckets.h>

#include <charconv>
#include <cmath>

#include <fmt/format.h>
#include <narthex/error.h>

namespace narthex {

namespace {

constexpr std::size_t kMaxBuckets = 10'000;  // a larger count is probably a negative one

// Rounds to 15 significant digits, the precision of a double for any decimal number.
double rounded(double value) {
  char text[32];
  const auto written = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific, 14);
  std::from_chars(text, written.ptr, value);
  return value;
}

}  // namespace

std::vector<double> default_buckets() { return {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}; }

std::vector<double> linear_buckets(double start, double width, std::size_t count) {
  if (!std::isfinite(start) || !std::isfinite(width) || width <= 0 || count < 1 || count > kMaxBuckets) {
    throw RegistrationError(
        fmt::format("linear_buckets({}, {}, {}): invalid arguments; allowed: a finite start, a width above 0, and a "
                    "count from 1 to 10000",
                    start, width, count));
  }
  std::vector<double> bounds;
  for (std::size_t i = 0; i < count; ++i) bounds.push_back(rounded(start + width * static_cast<double>(i)));
  return bounds;
}

std::vector<double> exponential_buckets(double start, double factor, std::size_t count) {
  if (!std::isfinite(start) || start <= 0 || !std::isfinite(factor) || factor <= 1 || count < 1 ||
      count > kMaxBuckets) {
    throw RegistrationError(
        fmt::format("exponential_buckets({}, {}, {}): invalid arguments; allowed: a start above 0, a factor above 1, "
                    "and a count from 1 to 10000",
                    start, factor, count));
  }
  std::vector<double> bounds;
  for (std::size_t i = 0; i < count; ++i) bounds.push_back(rounded(start * std::pow(factor, static_cast<double>(i))));
  return bounds;
}

}  // namespace narthex
