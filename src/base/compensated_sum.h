#pragma once

#include <cmath>

namespace narthex::detail {

// Returns what the addition of two numbers has lost by rounding: a + b = sum + error. 0 if the sum is not finite.
inline double rounding_error(double a, double b, double sum) noexcept {
  const double rounded_b = sum - a;
  const double error = (a - (sum - rounded_b)) + (b - rounded_b);
  return std::isfinite(error) ? error : 0;
}

// Adds numbers in order. exact() includes what the additions have lost by rounding. rounded() does not, and does not
// decrease if a term increases.
class CompensatedSum {
 public:
  void add(double term) noexcept {
    const double before = sum_;
    sum_ += term;
    error_ += rounding_error(before, term, sum_);
  }
  double rounded() const noexcept { return sum_; }
  double exact() const noexcept { return sum_ + error_; }

 private:
  double sum_ = 0;
  double error_ = 0;
};

}  // namespace narthex::detail
